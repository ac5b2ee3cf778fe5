"""Records for tests of the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from alchemiser_dagster.records.allocation import AllocationLine, Contribution, TargetAllocation
from alchemiser_dagster.records.envelope import Envelope


def envelope(record_id: str, correlation: str = "correlation") -> Envelope:
    return Envelope(
        record_id=record_id,
        correlation_id=correlation,
        causation_id="cause",
        run_id="run",
        account="simulated",
        source="test",
        created_at=datetime(2024, 11, 29, 17, 45, tzinfo=UTC),
    )


def target_allocation(
    record_id: str, *, weight: Decimal = Decimal("0.25"), correlation: str = "correlation"
) -> TargetAllocation:
    part = Contribution(strategy="trend", weight=weight)
    return TargetAllocation(
        envelope=envelope(record_id, correlation),
        session=date(2024, 11, 29),
        lines=(AllocationLine(symbol="SPY", weight=weight, contributions=(part,)),),
        cash_weight=1 - weight,
        strategies=(),
    )
