"""How values are written in notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from alchemiser_dagster.records.values import Mode

NONE = "none"


def title_of(headline: str, mode: Mode, session: date | None) -> str:
    """Return the one line that a notice begins with."""
    return f"{headline} ({mode.value}, session {session_text(session)})"


def session_text(session: date | None) -> str:
    """Return the session, or that nobody knows it."""
    return "unknown" if session is None else str(session)


def dollars(value: Decimal) -> str:
    """Return an amount of US dollars, to the cent."""
    return f"{value:z,.2f} USD"


def listed(symbols: Sequence[str]) -> str:
    """Return the symbols one behind the other, or that there are none."""
    return ", ".join(symbols) or NONE
