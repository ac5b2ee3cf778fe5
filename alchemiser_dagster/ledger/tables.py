"""The tables of the ledger. Migrations in `ledger/migrations` create them; this is what they add up to."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from alchemiser_dagster.ledger.metadata import metadata
from alchemiser_dagster.ledger.run_tables import incidents, run_steps, runs
from alchemiser_dagster.ledger.safety_tables import (
    admissions,
    breaks,
    corporate_actions,
    postings,
    run_ends,
)
from alchemiser_dagster.ledger.types import ExactDecimal, UtcInstant

journal = Table(
    "journal",
    metadata,
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("record_id", String(64), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("name", String(128), nullable=False),
    Column("session", Date, nullable=False),
    Column("account", String(64), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("causation_id", String(64), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("source", String(128), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "kind", "name", "session", "account"),
    Index(None, "correlation_id"),
)

executions = Table(
    "executions",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("session", Date, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("plan_record_id", String(64), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
    Column("closed_at", UtcInstant),
    Column("result_record_id", String(64)),
    UniqueConstraint("account", "session", "sequence"),
    CheckConstraint("state IN ('open', 'closed', 'abandoned')", name="state"),
)

orders = Table(
    "orders",
    metadata,
    Column("client_order_id", String(48), primary_key=True),
    Column("broker_order_id", String(64)),
    Column("plan_id", String(64), ForeignKey("executions.plan_id"), nullable=False),
    Column("line_id", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session", Date, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(4), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("order_type", String(16), nullable=False),
    Column("limit_price", ExactDecimal),
    Column("time_in_force", String(8), nullable=False),
    Column("decision_price", ExactDecimal, nullable=False),
    Column("leg", Integer, nullable=False, server_default="1"),
    Column("replaces", String(48)),
    Column("bid", ExactDecimal),
    Column("ask", ExactDecimal),
    Column("quoted_at", UtcInstant),
    Column("state", String(24), nullable=False),
    Column("filled_quantity", ExactDecimal, nullable=False),
    Column("average_price", ExactDecimal),
    Column("detail", Text, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    UniqueConstraint("plan_id", "line_id", "attempt"),
    Index(None, "account", "session"),
    Index(None, "correlation_id"),
)

order_events = Table(
    "order_events",
    metadata,
    Column("event", Integer, primary_key=True, autoincrement=True),
    Column("client_order_id", String(48), ForeignKey("orders.client_order_id"), nullable=False),
    Column("from_state", String(24), nullable=False),
    Column("to_state", String(24), nullable=False),
    Column("filled_quantity", ExactDecimal, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Index(None, "client_order_id"),
)

fills = Table(
    "fills",
    metadata,
    Column("fill_id", String(64), primary_key=True),
    Column("client_order_id", String(48), ForeignKey("orders.client_order_id"), nullable=False),
    Column("broker_order_id", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session", Date, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(4), nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("filled_at", UtcInstant, nullable=False),
    Index(None, "account", "session"),
    Index(None, "account", "symbol"),
)

line_wishes = Table(
    "line_wishes",
    metadata,
    Column("plan_id", String(64), ForeignKey("executions.plan_id"), primary_key=True),
    Column("line_id", String(64), primary_key=True),
    Column("strategy", String(128), primary_key=True),
    Column("weight", ExactDecimal, nullable=False),
    Column("shares", ExactDecimal, nullable=False),
)

fill_attributions = Table(
    "fill_attributions",
    metadata,
    Column("fill_id", String(64), ForeignKey("fills.fill_id"), primary_key=True),
    Column("strategy", String(128), primary_key=True),
    Column("quantity", ExactDecimal, nullable=False),
    Column("matched", ExactDecimal, nullable=False),
)

lots = Table(
    "lots",
    metadata,
    Column("lot_id", String(64), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("strategy", String(128), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("fill_id", String(64), ForeignKey("fills.fill_id"), nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
    Index(None, "account", "strategy", "symbol"),
)

lot_closures = Table(
    "lot_closures",
    metadata,
    Column("lot_id", String(64), ForeignKey("lots.lot_id"), primary_key=True),
    Column("fill_id", String(64), ForeignKey("fills.fill_id"), primary_key=True),
    Column("quantity", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("realised", ExactDecimal, nullable=False),
    Column("closed_at", UtcInstant, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_key", String(64), primary_key=True),
    Column("correlation_id", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("sent_at", UtcInstant),
    Column("session", Date),
    Column("picture", LargeBinary),
    Column("attempts", Integer),
    Column("due_at", UtcInstant),
)

simulated_accounts = Table(
    "simulated_accounts",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("cash", ExactDecimal, nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
)

simulated_positions = Table(
    "simulated_positions",
    metadata,
    Column("account", String(64), ForeignKey("simulated_accounts.account"), primary_key=True),
    Column("symbol", String(32), primary_key=True),
    Column("quantity", ExactDecimal, nullable=False),
    Column("average_entry_price", ExactDecimal, nullable=False),
)

simulated_orders = Table(
    "simulated_orders",
    metadata,
    Column("broker_order_id", String(64), primary_key=True),
    Column("account", String(64), ForeignKey("simulated_accounts.account"), nullable=False),
    Column("client_order_id", String(48), nullable=False),
    Column("session", Date, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(4), nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("order_type", String(16), nullable=False),
    Column("limit_price", ExactDecimal),
    Column("time_in_force", String(8), nullable=False),
    Column("status", String(24), nullable=False),
    Column("filled_quantity", ExactDecimal, nullable=False),
    Column("average_price", ExactDecimal),
    Column("submitted_at", UtcInstant, nullable=False),
    Column("number", Integer, nullable=False),
    Column("replaces", String(64)),
    Column("replaced_by", String(64)),
    Column("pending_since", UtcInstant),
    Column("updated_at", UtcInstant),
    UniqueConstraint("account", "client_order_id"),
    UniqueConstraint("account", "number"),
)

simulated_fills = Table(
    "simulated_fills",
    metadata,
    Column("fill_id", String(64), primary_key=True),
    Column("account", String(64), ForeignKey("simulated_accounts.account"), nullable=False),
    Column("broker_order_id", String(64), ForeignKey("simulated_orders.broker_order_id"), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(4), nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("cash_change", ExactDecimal, nullable=False),
    Column("filled_at", UtcInstant, nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("account", "number"),
)

simulated_activities = Table(
    "simulated_activities",
    metadata,
    Column("activity_id", String(128), primary_key=True),
    Column("account", String(64), ForeignKey("simulated_accounts.account"), nullable=False),
    Column("raw_kind", String(16), nullable=False),
    Column("symbol", String(32)),
    Column("quantity", ExactDecimal, nullable=False),
    Column("amount", ExactDecimal, nullable=False),
    Column("description", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("recorded_at", UtcInstant, nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("account", "number"),
)

__all__ = [
    "admissions",
    "breaks",
    "corporate_actions",
    "executions",
    "fill_attributions",
    "fills",
    "incidents",
    "journal",
    "line_wishes",
    "lot_closures",
    "lots",
    "metadata",
    "notices",
    "order_events",
    "orders",
    "postings",
    "run_ends",
    "run_steps",
    "runs",
    "simulated_accounts",
    "simulated_activities",
    "simulated_fills",
    "simulated_orders",
    "simulated_positions",
]
