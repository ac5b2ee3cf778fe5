"""Activities as the embedded broker keeps them."""

from __future__ import annotations

from sqlalchemy import RowMapping

from alchemiser_dagster.broker.activity_kinds import kind_of
from alchemiser_dagster.records.activity import Activity


def read_activity(row: RowMapping) -> Activity:
    """Return the activity of a row of `simulated_activities`."""
    return Activity(
        activity_id=row["activity_id"],
        kind=kind_of(row["raw_kind"], row["quantity"], row["amount"]),
        raw_kind=row["raw_kind"],
        symbol=row["symbol"],
        quantity=row["quantity"],
        amount=row["amount"],
        occurred_on=row["occurred_on"],
        description=row["description"],
        recorded_at=row["recorded_at"],
    )
