"""Times as Alpaca writes them; a session is the New York date of its daily bar's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from alchemiser_dagster.broker.alpaca.payload import instant_of
from alchemiser_dagster.sessions import NEW_YORK


def day_of(value: object) -> date | None:
    """Return the New York date of a time, or of its text; None where that can't be read."""
    instant = value if isinstance(value, datetime) else instant_of(value)
    try:
        return None if instant is None else instant.astimezone(NEW_YORK).date()
    except OverflowError:
        return None


def midnight_of(day: date) -> datetime:
    """Return the instant at which the day begins in New York."""
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def written(instant: datetime) -> str:
    """Return the instant as a question has it, to the second."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
