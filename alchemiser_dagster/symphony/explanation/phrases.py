"""Indicators, conditions and blocks as a person says them, beside the language's own spelling."""

from __future__ import annotations

from alchemiser_dagster.records.explanation import Unit
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    Side,
    WeightInverseVolatility,
)
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Compound, Condition, Indicator, Reading
from alchemiser_dagster.symphony.syntax.source import at_place

_WORDS = {
    "current-price": "price",
    "moving-average-price": "{0:g}-day average price",
    "exponential-moving-average-price": "{0:g}-day exponential average price",
    "rsi": "{0:g}-day RSI",
    "cumulative-return": "{0:g}-day return",
    "moving-average-return": "{0:g}-day average of daily returns",
    "stdev-return": "{0:g}-day deviation of daily returns",
    "stdev-price": "{0:g}-day deviation of the price",
    "max-drawdown": "{0:g}-day maximum drawdown",
    "percentage-price-oscillator": "price oscillator ({0:g}, {1:g} days)",
    "percentage-price-oscillator-signal": "signal line of the price oscillator ({0:g}, {1:g}, {2:g} days)",
    "moving-average-convergence-divergence": "MACD ({0:g}, {1:g} days)",
    "moving-average-convergence-divergence-signal": "signal line of the MACD ({0:g}, {1:g}, {2:g} days)",
    "lower-bollinger": "lower Bollinger band ({0:g} days, {1:g} deviations)",
    "upper-bollinger": "upper Bollinger band ({0:g} days, {1:g} deviations)",
}
OPERATOR_WORDS = {">": "above", "<": "below", ">=": "at or above", "<=": "at or below", "=": "equal to"}
LONGEST_NAME = 120


def indicator_words(indicator: Indicator) -> str:
    """Return an indicator as a person says it."""
    return _WORDS[indicator.name].format(*indicator.parameters)


def unit_of(indicator: Indicator) -> Unit:
    """Return what an indicator's value is measured in."""
    if indicator.formula.is_price_level:
        return "price"
    return "points" if indicator.name == "rsi" else "percent"


def condition_words(condition: Condition) -> str:
    """Return a condition as a person says it; of several only how they are joined, and how many they are."""
    match condition:
        case Comparison(left=left, operator=operator, right=right):
            other = reading_words(right) if isinstance(right, Reading) else f"{right:g}"
            if unit_of(left.indicator) == "percent" and not isinstance(right, Reading):
                other = f"{other} %"
            return f"{reading_words(left)} {OPERATOR_WORDS[operator]} {other}"
        case Compound(connective=connective, conditions=conditions):
            kind = "all" if connective == "and" else "any"
            return at_place(f"{kind} of {len(conditions)} conditions", condition.place)


def reading_words(reading: Reading) -> str:
    """Return an indicator of a symbol as a person says it."""
    return f"{indicator_words(reading.indicator)} of {reading.symbol}"


def filter_words(block: Filter) -> str:
    """Return whom a filter picks, as a person says it."""
    return picked_words(block.side, block.count, len(block.children), indicator_words(block.indicator))


def picked_words(side: Side, count: int, among: int, score: str) -> str:
    """Return whom a filter picks among so many, by a score that is given in words."""
    if count >= among:
        return f"all {among} by {score}"
    rank = "highest" if side == "top" else "lowest"
    return f"the {'one' if count == 1 else count} of {among} with the {rank} {score}"


def name_of(block: Block) -> str:
    """Return what a block is called: its symbol, its label, or what it does and where it stands."""
    match block:
        case Asset(symbol=symbol):
            return symbol
        case Group(label=label):
            return f'"{tidy(label)}"'
        case _:
            return at_place(_kind(block), block.place)


def _kind(block: Block) -> str:
    match block:
        case If():
            return "the choice"
        case Filter():
            return filter_words(block)
        case WeightInverseVolatility():
            return "the inverse-volatility mix"
        case _:
            return "the mix"


def label_of(block: Block) -> str | None:
    """Return what the text says of an asset beside its symbol."""
    return tidy(block.label) if isinstance(block, Asset) and block.label else None


def tidy(label: str) -> str:
    """Return a label in one line, with nothing that can't be written, and not too long."""
    line = " ".join(label.encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"
