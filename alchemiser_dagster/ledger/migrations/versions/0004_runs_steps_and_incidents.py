"""Runs, their steps, failures that are told once in a while; the session and the picture of a notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from alchemiser_dagster.ledger.types import UtcInstant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _create_runs()
    _create_run_steps()
    _create_incidents()
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("session", sa.Date()))
        notices.add_column(sa.Column("picture", sa.LargeBinary()))
        notices.add_column(sa.Column("attempts", sa.Integer()))
        notices.add_column(sa.Column("due_at", UtcInstant()))


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("causation_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date()),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("launched_at", UtcInstant()),
        sa.Column("began_at", UtcInstant(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_account_session"), "runs", ["account", "session"])
    op.create_index(op.f("ix_runs_correlation_id"), "runs", ["correlation_id"])


def _create_run_steps() -> None:
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date()),
        sa.Column("span_id", sa.String(length=16), nullable=False),
        sa.Column("began_at", UtcInstant(), nullable=False),
        sa.Column("duration_seconds", sa.Float()),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64)),
        sa.Column("message", sa.Text()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('started', 'ended', 'failed', 'repeated')", name=op.f("ck_run_steps_state")
        ),
        sa.PrimaryKeyConstraint("run_id", "step", "attempt", name=op.f("pk_run_steps")),
    )
    op.create_index(op.f("ix_run_steps_account_began_at"), "run_steps", ["account", "began_at"])
    op.create_index(op.f("ix_run_steps_correlation_id"), "run_steps", ["correlation_id"])


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcInstant(), nullable=False),
        sa.Column("last_seen_at", UtcInstant(), nullable=False),
        sa.Column("last_told_at", UtcInstant(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("closed_at", UtcInstant()),
        sa.PrimaryKeyConstraint("account", "fingerprint", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_account_closed_at"), "incidents", ["account", "closed_at"])


def downgrade() -> None:
    """Undo the change."""
    with op.batch_alter_table("notices") as notices:
        notices.drop_column("due_at")
        notices.drop_column("attempts")
        notices.drop_column("picture")
        notices.drop_column("session")
    op.drop_index(op.f("ix_incidents_account_closed_at"), table_name="incidents")
    op.drop_table("incidents")
    op.drop_index(op.f("ix_run_steps_correlation_id"), table_name="run_steps")
    op.drop_index(op.f("ix_run_steps_account_began_at"), table_name="run_steps")
    op.drop_table("run_steps")
    op.drop_index(op.f("ix_runs_correlation_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_account_session"), table_name="runs")
    op.drop_table("runs")
