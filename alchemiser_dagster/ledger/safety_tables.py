"""The tables of limits, breaks and the books of an account."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, String, Table, Text

from alchemiser_dagster.ledger.metadata import metadata
from alchemiser_dagster.ledger.types import ExactDecimal, UtcInstant

corporate_actions = Table(
    "corporate_actions",
    metadata,
    Column("activity_id", String(128), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("new_symbol", String(32), nullable=False),
    Column("ratio", ExactDecimal, nullable=False),
    Column("effective_at", UtcInstant, nullable=False),
    Index(None, "account", "symbol"),
)

admissions = Table(
    "admissions",
    metadata,
    Column("client_order_id", String(48), ForeignKey("orders.client_order_id"), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("session", Date, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("admitted_at", UtcInstant, nullable=False),
    Index(None, "account", "session"),
)

postings = Table(
    "postings",
    metadata,
    Column("posting_id", String(128), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("symbol", String(32)),
    Column("quantity", ExactDecimal, nullable=False),
    Column("amount", ExactDecimal, nullable=False),
    Column("description", Text, nullable=False),
    Column("occurred_at", UtcInstant, nullable=False),
    Column("posted_at", UtcInstant, nullable=False),
    Index(None, "account", "symbol"),
)

breaks = Table(
    "breaks",
    metadata,
    Column("break_id", String(64), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("session", Date, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("symbol", String(32)),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("first_seen_at", UtcInstant, nullable=False),
    Column("last_seen_at", UtcInstant, nullable=False),
    Column("report_id", String(64), nullable=False),
    Column("resolved_at", UtcInstant),
    Column("resolved_by", String(128)),
    Column("reason", Text),
    CheckConstraint("state IN ('open', 'accepted', 'cleared')", name="state"),
    Index(None, "account", "state"),
)

run_ends = Table(
    "run_ends",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("correlation_id", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session", Date),
    Column("outcome", String(32), nullable=False),
    Column("code", String(64), nullable=False),
    Column("at", UtcInstant, nullable=False),
    Index(None, "account", "at"),
)
