"""The tables of runs, their steps, and failures that are told once in a while."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Float, Index, Integer, String, Table, Text

from alchemiser_dagster.ledger.metadata import metadata
from alchemiser_dagster.ledger.types import UtcInstant

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("job", String(64), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("causation_id", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session", Date),
    Column("trigger", String(16), nullable=False),
    Column("launched_at", UtcInstant),
    Column("began_at", UtcInstant, nullable=False),
    Column("number", Integer, nullable=False),
    Index(None, "account", "session"),
    Index(None, "correlation_id"),
)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("step", String(64), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("correlation_id", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session", Date),
    Column("span_id", String(16), nullable=False),
    Column("began_at", UtcInstant, nullable=False),
    Column("duration_seconds", Float),
    Column("state", String(16), nullable=False),
    Column("code", String(64)),
    Column("message", Text),
    Column("number", Integer, nullable=False),
    CheckConstraint("state IN ('started', 'ended', 'failed', 'repeated')", name="state"),
    Index(None, "correlation_id"),
    Index(None, "account", "began_at"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("scope", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
    Column("last_seen_at", UtcInstant, nullable=False),
    Column("last_told_at", UtcInstant, nullable=False),
    Column("count", Integer, nullable=False),
    Column("closed_at", UtcInstant),
    Index(None, "account", "closed_at"),
)
