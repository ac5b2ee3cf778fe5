"""How values are written in notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from alchemiser_dagster.records.values import Mode

NONE = "none"
DIGITS = 4
NOT_KNOWN_YET = "not known yet"


def title_of(headline: str, mode: Mode, session: date | None) -> str:
    """Return the one line that a notice begins with."""
    return f"{headline} ({mode.value}, session {session_text(session)})"


def session_text(session: date | None) -> str:
    """Return the session, or that nobody knows it."""
    return "unknown" if session is None else str(session)


def dollars(value: Decimal) -> str:
    """Return an amount of US dollars, to the cent."""
    return f"{value:z,.2f} USD"


def signed_dollars(value: Decimal) -> str:
    """Return an amount with its sign, to the cent; nothing has none."""
    return f"{value:+,.2f} USD" if round(value, 2) else dollars(value)


def signed_percent(fraction: Decimal) -> str:
    """Return a fraction in percent with its sign, to two digits."""
    percent = round(fraction * 100, 2)
    return f"{percent:+,.2f} %" if percent else "0.00 %"


def shares(quantity: Decimal) -> str:
    """Return a number of shares to four digits behind the point, without zeros that say nothing."""
    return f"{round(quantity, DIGITS).normalize():,f}" if quantity else "0"


def moment(instant: datetime) -> str:
    """Return an instant to the minute, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def counted(number: int, thing: str) -> str:
    """Return a number of things, such as "1 trade" or "2 trades"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def listed(symbols: Sequence[str]) -> str:
    """Return the symbols one behind the other, or that there are none."""
    return ", ".join(symbols) or NONE


def first_few(texts: Sequence[str], most: int) -> Sequence[str]:
    """Return the texts; of too many the first, and how many more there are."""
    more = len(texts) - most
    return texts if more <= 0 else (*texts[:most], f"and {more} more")
