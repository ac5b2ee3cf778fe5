"""Activities as Alpaca writes them: fills have an instant, everything else has a date."""

from __future__ import annotations

from datetime import UTC

from alchemiser_dagster.broker.simulated.queries import FillReport
from alchemiser_dagster.look_alike.wire_format import Fields
from alchemiser_dagster.look_alike.wire_values import account_id, instant_text, number_text, wire_id
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.order import Fill

FILL = "FILL"
MILLISECOND = 1_000


def fill_json(report: FillReport, account: str) -> Fields:
    """Return a fill as an activity of the account."""
    fill, is_last = report.fill, not report.leaves_quantity
    return {
        "id": _fill_id(fill),
        "account_id": account_id(account),
        "activity_type": FILL,
        "transaction_time": instant_text(fill.filled_at),
        "type": "fill" if is_last else "partial_fill",
        "price": number_text(fill.price),
        "qty": number_text(fill.quantity),
        "side": fill.side,
        "symbol": fill.symbol,
        "leaves_qty": number_text(report.leaves_quantity),
        "order_id": wire_id(fill.broker_order_id),
        "cum_qty": number_text(report.cumulative_quantity),
        "order_status": "filled" if is_last else "partially_filled",
    }


def other_activity_json(activity: Activity, account: str) -> Fields:
    """Return what is no fill; symbol and shares are there only where it is about some."""
    fields: Fields = {
        "id": f"{activity.occurred_on:%Y%m%d}000000000::{wire_id(activity.activity_id)}",
        "account_id": account_id(account),
        "activity_type": activity.raw_kind,
        "date": activity.occurred_on.isoformat(),
        "net_amount": number_text(activity.amount),
        "description": activity.description,
        "status": "executed",
    }
    if activity.recorded_at is not None:
        fields |= {"created_at": instant_text(activity.recorded_at)}
    if activity.symbol is not None:
        fields |= {"symbol": activity.symbol}
    if activity.quantity:
        fields |= {"qty": number_text(activity.quantity)}
    return fields


def _fill_id(fill: Fill) -> str:
    """Return a fill's id as an activity: its instant to the millisecond, and a UUID."""
    at = fill.filled_at.astimezone(UTC)
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // MILLISECOND:03}::{wire_id(fill.fill_id)}"
