"""Instants and days in a request."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from alchemiser_dagster.look_alike.errors import invalid
from alchemiser_dagster.look_alike.question import Question
from alchemiser_dagster.sessions import NEW_YORK

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TO_THE_NANOSECOND = re.compile(r"(\.\d{6})\d+")


def instant_of(question: Question, name: str, *, ends: bool = False) -> datetime | None:
    """Return an instant of the query, or None where it is absent.

    A day is its first moment in New York or, where it `ends` a range, its last one. An instant without a zone
    is UTC.
    """
    text = question.text(name)
    if not text:
        return None
    if DAY.fullmatch(text):
        first = datetime.combine(day_of(name, text), time(), NEW_YORK)
        return first + timedelta(days=1, microseconds=-1) if ends else first
    unescaped = text.replace(" ", "+") if "T" in text else text
    try:
        at = datetime.fromisoformat(TO_THE_NANOSECOND.sub(r"\1", unescaped))
    except ValueError as error:
        raise invalid(f"invalid {name}: {text}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def day_of(name: str, text: str) -> date:
    """Return a day; of an instant its date."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise invalid(f"invalid {name}: {text}") from error
