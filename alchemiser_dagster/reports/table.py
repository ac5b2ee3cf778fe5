"""A table before it is drawn: the same rows for the terminal and for Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Table:
    """A title, the names of the columns and rows of text.

    `numeric` holds the positions of the columns that are aligned to the right.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


def money(value: Decimal) -> str:
    """Return an amount with two decimals and separators for thousands."""
    return f"{value:,.2f}"


def percent(value: Decimal | float) -> str:
    """Return a fraction as a percentage with two decimals."""
    return f"{value * 100:.2f} %"


def shares(value: Decimal) -> str:
    """Return a quantity without the zeros that say nothing."""
    return f"{value.normalize():,f}"


def price(value: Decimal | None) -> str:
    """Return a price with two decimals, four where it has more, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.2f}" if value == round(value, 2) else f"{value:,.4f}"
