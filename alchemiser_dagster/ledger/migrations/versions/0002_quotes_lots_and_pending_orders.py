"""The quote behind each order, replacements, lots by strategy, pending states of the simulated broker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from alchemiser_dagster.ledger.types import ExactDecimal, UtcInstant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _widen_orders()
    _widen_simulated_orders()
    _create_wishes()
    _create_attributions()
    _create_lots()


def _widen_orders() -> None:
    op.add_column("orders", sa.Column("leg", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("orders", sa.Column("replaces", sa.String(length=48)))
    op.add_column("orders", sa.Column("bid", ExactDecimal()))
    op.add_column("orders", sa.Column("ask", ExactDecimal()))
    op.add_column("orders", sa.Column("quoted_at", UtcInstant()))


def _widen_simulated_orders() -> None:
    op.add_column("simulated_orders", sa.Column("replaces", sa.String(length=64)))
    op.add_column("simulated_orders", sa.Column("replaced_by", sa.String(length=64)))
    op.add_column("simulated_orders", sa.Column("pending_since", UtcInstant()))
    op.add_column("simulated_orders", sa.Column("updated_at", UtcInstant()))


def _create_wishes() -> None:
    op.create_table(
        "line_wishes",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("strategy", sa.String(length=128), nullable=False),
        sa.Column("weight", ExactDecimal(), nullable=False),
        sa.Column("shares", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["executions.plan_id"], name=op.f("fk_line_wishes_plan_id_executions")
        ),
        sa.PrimaryKeyConstraint("plan_id", "line_id", "strategy", name=op.f("pk_line_wishes")),
    )


def _create_attributions() -> None:
    op.create_index(op.f("ix_fills_account_symbol"), "fills", ["account", "symbol"])
    op.create_table(
        "fill_attributions",
        sa.Column("fill_id", sa.String(length=64), nullable=False),
        sa.Column("strategy", sa.String(length=128), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("matched", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fill_id"], ["fills.fill_id"], name=op.f("fk_fill_attributions_fill_id_fills")
        ),
        sa.PrimaryKeyConstraint("fill_id", "strategy", name=op.f("pk_fill_attributions")),
    )


def _create_lots() -> None:
    op.create_table(
        "lots",
        sa.Column("lot_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("strategy", sa.String(length=128), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("fill_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("price", ExactDecimal(), nullable=False),
        sa.Column("opened_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["fill_id"], ["fills.fill_id"], name=op.f("fk_lots_fill_id_fills")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lots")),
    )
    op.create_index(op.f("ix_lots_account_strategy_symbol"), "lots", ["account", "strategy", "symbol"])
    op.create_table(
        "lot_closures",
        sa.Column("lot_id", sa.String(length=64), nullable=False),
        sa.Column("fill_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("price", ExactDecimal(), nullable=False),
        sa.Column("realised", ExactDecimal(), nullable=False),
        sa.Column("closed_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["fill_id"], ["fills.fill_id"], name=op.f("fk_lot_closures_fill_id_fills")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.lot_id"], name=op.f("fk_lot_closures_lot_id_lots")),
        sa.PrimaryKeyConstraint("lot_id", "fill_id", name=op.f("pk_lot_closures")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("lot_closures")
    op.drop_table("lots")
    op.drop_table("fill_attributions")
    op.drop_index(op.f("ix_fills_account_symbol"), table_name="fills")
    op.drop_table("line_wishes")
    for column in ("updated_at", "pending_since", "replaced_by", "replaces"):
        op.drop_column("simulated_orders", column)
    for column in ("quoted_at", "ask", "bid", "replaces", "leg"):
        op.drop_column("orders", column)
