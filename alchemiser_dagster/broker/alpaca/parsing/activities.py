"""Activities that are no trades: much of one may be missing; what is there has to be readable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar

from alchemiser_dagster.broker.activity_kinds import kind_of
from alchemiser_dagster.broker.alpaca.parsing.fields import Fields, fields_of
from alchemiser_dagster.broker.alpaca.parsing.quotes import NEW_YORK
from alchemiser_dagster.broker.alpaca.payload import decimal_of, instant_of, symbol_of, text_of
from alchemiser_dagster.records.activity import Activity

FILL: Final = "FILL"
CANCELED: Final = "canceled"
DAY_DIGITS: Final = 8
T = TypeVar("T")


@dataclass(frozen=True)
class ListedActivity:
    """A row of the list; `activity` is None where the row is a trade, or was taken back."""

    activity_id: str
    activity: Activity | None


def listed_activity_of(value: object) -> ListedActivity:
    """Return the row; raise `BrokerError`, which names the field, where it can't be read."""
    activity_id = fields_of("an activity", value).need("id", text_of)
    fields = fields_of(f"the activity {activity_id}", value)
    word = fields.need("activity_type", text_of)
    if word.upper() == FILL or fields.take("status", text_of) == CANCELED:
        return ListedActivity(activity_id, None)
    return ListedActivity(activity_id, _activity_of(activity_id, word, fields))


def _activity_of(activity_id: str, word: str, fields: Fields) -> Activity:
    quantity = _given(fields, "qty", decimal_of) or Decimal(0)
    amount = _given(fields, "net_amount", decimal_of) or Decimal(0)
    recorded_at = _given(fields, "created_at", instant_of)
    return Activity(
        activity_id=activity_id,
        kind=kind_of(word, quantity, amount),
        raw_kind=word,
        symbol=_given(fields, "symbol", symbol_of),
        quantity=quantity,
        amount=amount,
        occurred_on=_day_of(activity_id, fields, recorded_at),
        description=_given(fields, "description", text_of) or "",
        recorded_at=recorded_at,
    )


def _given(fields: Fields, key: str, narrow: Callable[[object], T | None]) -> T | None:
    """Return the value; None where it is missing, null or empty, an error where it can't be read."""
    return None if fields.content.get(key) in (None, "") else fields.need(key, narrow)


def _day_of(activity_id: str, fields: Fields, recorded_at: datetime | None) -> date:
    """Return the date that is told; else that of the record, else the one that the id begins with."""
    told = _given(fields, "date", _date_of)
    if told is None and recorded_at is not None:
        return recorded_at.astimezone(NEW_YORK).date()
    return told or _date_of(activity_id[:DAY_DIGITS]) or fields.need("date", _date_of)


def _date_of(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
