"""Values of indicators and moves of prices in words, with as many digits as it takes to tell them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alchemiser_dagster.records.explanation import FRAGILE_BASIS_POINTS, Margin, Unit

FEWEST_DIGITS, MOST_DIGITS = 2, 10
BELOW_NOTICE = 0.01
UNDEFINED = "undefined"


def digits_for(values: Sequence[float]) -> int:
    """Return how many decimals keep different values different: at least 2, at most 10."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS):
        if len({f"{value:.{digits}f}" for value in values}) == len(set(values)):
            return digits
    return MOST_DIGITS


def value_text(value: float | None, unit: Unit, digits: int = FEWEST_DIGITS) -> str:
    """Return a value with its unit; None is undefined."""
    if value is None:
        return UNDEFINED
    shown = f"{value:,.{digits}f}".replace("-", "−")
    return f"{shown} %" if unit == "percent" else shown


def number_text(value: float, unit: Unit) -> str:
    """Return a number that a person wrote, with the unit of what it is compared with."""
    shown = f"{value:,.10f}".rstrip("0").rstrip(".").replace("-", "−") if math.isfinite(value) else str(value)
    return f"{shown} %" if unit == "percent" else shown


def move_text(margin: Margin) -> str:
    """Return the move of a margin, such as "SPY closing 1.20 % lower"."""
    if margin.symbol is None or margin.basis_points is None:
        return "no move of one symbol by up to 50 %"
    if margin.size < BELOW_NOTICE:
        return f"any move of {margin.symbol}"
    direction = "lower" if margin.basis_points < 0 else "higher"
    return f"{margin.symbol} closing {size_text(margin.size)} {direction}"


def size_text(basis_points: float) -> str:
    """Return the size of a move in percent; a fragile one in basis points too."""
    if basis_points >= FRAGILE_BASIS_POINTS:
        return f"{basis_points / 100:.2f} %"
    return f"{basis_points / 100:.4f} % ({basis_points:.2f} bp)"
