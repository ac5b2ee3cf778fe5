"""Admissions, breaks, the postings of an account's books, corporate actions, ends of runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from alchemiser_dagster.ledger.types import ExactDecimal, UtcInstant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _create_admissions()
    _create_postings()
    _create_breaks()
    _create_corporate_actions()
    _create_run_ends()
    _create_simulated_activities()


def _create_admissions() -> None:
    op.create_table(
        "admissions",
        sa.Column("client_order_id", sa.String(length=48), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("price", ExactDecimal(), nullable=False),
        sa.Column("admitted_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_order_id"], ["orders.client_order_id"], name=op.f("fk_admissions_client_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("client_order_id", name=op.f("pk_admissions")),
    )
    op.create_index(op.f("ix_admissions_account_session"), "admissions", ["account", "session"])


def _create_postings() -> None:
    op.create_table(
        "postings",
        sa.Column("posting_id", sa.String(length=128), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("symbol", sa.String(length=32)),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("occurred_at", UtcInstant(), nullable=False),
        sa.Column("posted_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_account_symbol"), "postings", ["account", "symbol"])


def _create_breaks() -> None:
    op.create_table(
        "breaks",
        sa.Column("break_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("symbol", sa.String(length=32)),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_seen_at", UtcInstant(), nullable=False),
        sa.Column("last_seen_at", UtcInstant(), nullable=False),
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("resolved_at", UtcInstant()),
        sa.Column("resolved_by", sa.String(length=128)),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint("state IN ('open', 'accepted', 'cleared')", name=op.f("ck_breaks_state")),
        sa.PrimaryKeyConstraint("break_id", name=op.f("pk_breaks")),
    )
    op.create_index(op.f("ix_breaks_account_state"), "breaks", ["account", "state"])


def _create_corporate_actions() -> None:
    op.create_table(
        "corporate_actions",
        sa.Column("activity_id", sa.String(length=128), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("new_symbol", sa.String(length=32), nullable=False),
        sa.Column("ratio", ExactDecimal(), nullable=False),
        sa.Column("effective_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_corporate_actions")),
    )
    op.create_index(op.f("ix_corporate_actions_account_symbol"), "corporate_actions", ["account", "symbol"])


def _create_run_ends() -> None:
    op.create_table(
        "run_ends",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session", sa.Date()),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_ends")),
    )
    op.create_index(op.f("ix_run_ends_account_at"), "run_ends", ["account", "at"])


def _create_simulated_activities() -> None:
    op.create_table(
        "simulated_activities",
        sa.Column("activity_id", sa.String(length=128), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("raw_kind", sa.String(length=16), nullable=False),
        sa.Column("symbol", sa.String(length=32)),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["simulated_accounts.account"],
            name=op.f("fk_simulated_activities_account_simulated_accounts"),
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_simulated_activities")),
        sa.UniqueConstraint("account", "number", name=op.f("uq_simulated_activities_account_number")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("simulated_activities")
    op.drop_index(op.f("ix_run_ends_account_at"), table_name="run_ends")
    op.drop_table("run_ends")
    op.drop_index(op.f("ix_corporate_actions_account_symbol"), table_name="corporate_actions")
    op.drop_table("corporate_actions")
    op.drop_index(op.f("ix_breaks_account_state"), table_name="breaks")
    op.drop_table("breaks")
    op.drop_index(op.f("ix_postings_account_symbol"), table_name="postings")
    op.drop_table("postings")
    op.drop_index(op.f("ix_admissions_account_session"), table_name="admissions")
    op.drop_table("admissions")
