"""Alembic's entry point: migrate over the connection that the caller opened."""

from __future__ import annotations

from alembic import context

from alchemiser_dagster.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
