"""The indicators of the language: names, parameters, history needed (spec section 2).

A declaration says nothing of how a value is computed; that is `indicators.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

ParameterName = Literal["window", "short-window", "long-window", "smooth-window", "stdev"]
Parameters = tuple[float, ...]

WINDOW: tuple[ParameterName, ...] = ("window",)
BANDS: tuple[ParameterName, ...] = ("window", "stdev")
TWO_WINDOWS: tuple[ParameterName, ...] = ("short-window", "long-window")
THREE_WINDOWS: tuple[ParameterName, ...] = ("short-window", "long-window", "smooth-window")


@dataclass(frozen=True)
class Formula:
    """An indicator as the language knows it.

    Parameters
    ----------
    name, score_name
        Its name in the text and in the JSON notation.
    parameters
        Names of its parameters, in the order in which values are kept.
    bars_needed
        Bars up to and including the first one on which it is defined, from its parameter values.
    is_price_level
        Whether its value is a price, or a difference of prices: it has no meaning for a block's own path.
    smallest_window
        The least window: 2 for a sample standard deviation.
    """

    name: str
    score_name: str
    parameters: tuple[ParameterName, ...]
    bars_needed: Callable[[Parameters], int]
    is_price_level: bool = False
    smallest_window: int = 1


def _one(_: Parameters) -> int:
    return 1


def _window(parameters: Parameters) -> int:
    return int(parameters[0])


def _window_and_one(parameters: Parameters) -> int:
    return int(parameters[0]) + 1


def _longer(parameters: Parameters) -> int:
    return int(max(parameters[:2]))


def _longer_and_smooth(parameters: Parameters) -> int:
    return _longer(parameters) + int(parameters[2]) - 1


_FORMULAS = (
    Formula("current-price", "current-price", (), _one, is_price_level=True),
    Formula("moving-average-price", "moving-average-price", WINDOW, _window, is_price_level=True),
    Formula(
        "exponential-moving-average-price",
        "exponential-moving-average-price",
        WINDOW,
        _window,
        is_price_level=True,
    ),
    Formula("rsi", "relative-strength-index", WINDOW, _window_and_one),
    Formula("cumulative-return", "cumulative-return", WINDOW, _window_and_one),
    Formula("moving-average-return", "moving-average-return", WINDOW, _window_and_one),
    Formula("stdev-return", "standard-deviation-return", WINDOW, _window_and_one, smallest_window=2),
    Formula(
        "stdev-price", "standard-deviation-price", WINDOW, _window, is_price_level=True, smallest_window=2
    ),
    Formula("max-drawdown", "max-drawdown", WINDOW, _window),
    Formula("percentage-price-oscillator", "percentage-price-oscillator", TWO_WINDOWS, _longer),
    Formula(
        "percentage-price-oscillator-signal",
        "percentage-price-oscillator-signal",
        THREE_WINDOWS,
        _longer_and_smooth,
    ),
    Formula(
        "moving-average-convergence-divergence",
        "moving-average-convergence-divergence",
        TWO_WINDOWS,
        _longer,
        is_price_level=True,
    ),
    Formula(
        "moving-average-convergence-divergence-signal",
        "moving-average-convergence-divergence-signal",
        THREE_WINDOWS,
        _longer_and_smooth,
        is_price_level=True,
    ),
    Formula("lower-bollinger", "lower-bollinger", BANDS, _window, is_price_level=True, smallest_window=2),
    Formula("upper-bollinger", "upper-bollinger", BANDS, _window, is_price_level=True, smallest_window=2),
)

FORMULAS: dict[str, Formula] = {formula.name: formula for formula in _FORMULAS}
