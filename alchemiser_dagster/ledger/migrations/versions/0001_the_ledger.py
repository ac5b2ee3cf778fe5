"""The first schema: journal, executions, orders, fills, notices, the simulated account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from alchemiser_dagster.ledger.types import ExactDecimal, UtcInstant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER journal_{event} BEFORE {event} ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "executions",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("plan_record_id", sa.String(length=64), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcInstant(), nullable=False),
        sa.Column("closed_at", UtcInstant(), nullable=True),
        sa.Column("result_record_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed', 'abandoned')", name=op.f("ck_executions_state")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_executions")),
        sa.UniqueConstraint(
            "account", "session", "sequence", name=op.f("uq_executions_account_session_sequence")
        ),
    )
    op.create_table(
        "journal",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("causation_id", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_journal")),
        sa.UniqueConstraint("record_id", name=op.f("uq_journal_record_id")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_correlation_id"), ["correlation_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_journal_kind_name_session_account"),
            ["kind", "name", "session", "account"],
            unique=False,
        )

    op.create_table(
        "notices",
        sa.Column("notice_key", sa.String(length=64), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.Column("sent_at", UtcInstant(), nullable=True),
        sa.PrimaryKeyConstraint("notice_key", name=op.f("pk_notices")),
    )
    op.create_table(
        "simulated_accounts",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("cash", ExactDecimal(), nullable=False),
        sa.Column("opened_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_simulated_accounts")),
    )
    op.create_table(
        "orders",
        sa.Column("client_order_id", sa.String(length=48), nullable=False),
        sa.Column("broker_order_id", sa.String(length=64), nullable=True),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("order_type", sa.String(length=16), nullable=False),
        sa.Column("limit_price", ExactDecimal(), nullable=True),
        sa.Column("time_in_force", sa.String(length=8), nullable=False),
        sa.Column("decision_price", ExactDecimal(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("filled_quantity", ExactDecimal(), nullable=False),
        sa.Column("average_price", ExactDecimal(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.Column("updated_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["executions.plan_id"], name=op.f("fk_orders_plan_id")),
        sa.PrimaryKeyConstraint("client_order_id", name=op.f("pk_orders")),
        sa.UniqueConstraint("plan_id", "line_id", "attempt", name=op.f("uq_orders_plan_id_line_id_attempt")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_orders_account_session"), ["account", "session"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_correlation_id"), ["correlation_id"], unique=False)

    op.create_table(
        "simulated_orders",
        sa.Column("broker_order_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("client_order_id", sa.String(length=48), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("order_type", sa.String(length=16), nullable=False),
        sa.Column("limit_price", ExactDecimal(), nullable=True),
        sa.Column("time_in_force", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("filled_quantity", ExactDecimal(), nullable=False),
        sa.Column("average_price", ExactDecimal(), nullable=True),
        sa.Column("submitted_at", UtcInstant(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["simulated_accounts.account"], name=op.f("fk_simulated_orders_account")
        ),
        sa.PrimaryKeyConstraint("broker_order_id", name=op.f("pk_simulated_orders")),
        sa.UniqueConstraint(
            "account", "client_order_id", name=op.f("uq_simulated_orders_account_client_order_id")
        ),
        sa.UniqueConstraint("account", "number", name=op.f("uq_simulated_orders_account_number")),
    )
    op.create_table(
        "simulated_positions",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("average_entry_price", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["simulated_accounts.account"], name=op.f("fk_simulated_positions_account")
        ),
        sa.PrimaryKeyConstraint("account", "symbol", name=op.f("pk_simulated_positions")),
    )
    op.create_table(
        "fills",
        sa.Column("fill_id", sa.String(length=64), nullable=False),
        sa.Column("client_order_id", sa.String(length=48), nullable=False),
        sa.Column("broker_order_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("price", ExactDecimal(), nullable=False),
        sa.Column("filled_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_order_id"], ["orders.client_order_id"], name=op.f("fk_fills_client_order_id")
        ),
        sa.PrimaryKeyConstraint("fill_id", name=op.f("pk_fills")),
    )
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fills_account_session"), ["account", "session"], unique=False)

    op.create_table(
        "order_events",
        sa.Column("event", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("client_order_id", sa.String(length=48), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.Column("filled_quantity", ExactDecimal(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_order_id"], ["orders.client_order_id"], name=op.f("fk_order_events_client_order_id")
        ),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_order_events")),
    )
    with op.batch_alter_table("order_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_events_client_order_id"), ["client_order_id"], unique=False
        )

    op.create_table(
        "simulated_fills",
        sa.Column("fill_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("broker_order_id", sa.String(length=64), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("price", ExactDecimal(), nullable=False),
        sa.Column("cash_change", ExactDecimal(), nullable=False),
        sa.Column("filled_at", UtcInstant(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["simulated_accounts.account"], name=op.f("fk_simulated_fills_account")
        ),
        sa.ForeignKeyConstraint(
            ["broker_order_id"],
            ["simulated_orders.broker_order_id"],
            name=op.f("fk_simulated_fills_broker_order_id"),
        ),
        sa.PrimaryKeyConstraint("fill_id", name=op.f("pk_simulated_fills")),
        sa.UniqueConstraint("account", "number", name=op.f("uq_simulated_fills_account_number")),
    )

    if op.get_context().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(APPEND_ONLY.format(event=event))


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("simulated_fills")
    with op.batch_alter_table("order_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_events_client_order_id"))

    op.drop_table("order_events")
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fills_account_session"))

    op.drop_table("fills")
    op.drop_table("simulated_positions")
    op.drop_table("simulated_orders")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_orders_correlation_id"))
        batch_op.drop_index(batch_op.f("ix_orders_account_session"))

    op.drop_table("orders")
    op.drop_table("simulated_accounts")
    op.drop_table("notices")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_kind_name_session_account"))
        batch_op.drop_index(batch_op.f("ix_journal_correlation_id"))

    op.drop_table("journal")
    op.drop_table("executions")
