"""From JSON to the syntax of conditions and indicators (spec sections 2, 3 and 8).

1. An `if-child` says its condition in flat keys (`lhs-fn`, `comparator`, …) or in one object, `condition`,
   which wins where both are there.
2. A condition object is binary, compound or binary-compound; compound ones nest, and are folded from the
   inside out.
3. An operand is a function, its parameters and a ticker. A binary-compound condition says the same of each
   of its tickers: each in turn takes the place of the ticker "%".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from alchemiser_dagster.symphony.score.indicators import indicator
from alchemiser_dagster.symphony.score.members import (
    chosen,
    flag,
    fold,
    items,
    mapping,
    member,
    needed,
    number,
    number_in,
    objects,
    text,
    wrong,
)
from alchemiser_dagster.symphony.score.places import member_place
from alchemiser_dagster.symphony.score.values import Array, Object, describe_value
from alchemiser_dagster.symphony.syntax.conditions import (
    Comparison,
    Compound,
    Condition,
    Connective,
    Indicator,
    Operator,
    Reading,
)
from alchemiser_dagster.symphony.syntax.source import MeaningError
from alchemiser_dagster.symphony.syntax.symbols import canonical_symbol

COMPARATORS: dict[str, Operator] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}
OPERATORS: dict[str, Connective] = {"any": "or", "all": "and"}
KINDS = ("binary", "compound", "binary-compound")
CONSTANTS = ("constant", "fixed-value", "value")
EACH_TICKER = "%"
OPERAND = '{"fn": "relative-strength-index", "params": {"window": 10}, "ticker": "SPY"}'


class _Operand(NamedTuple):
    """A side of a comparison: an indicator of a ticker, and where the ticker stands."""

    indicator: Indicator
    node: Object
    ticker_key: str

    @property
    def ticker(self) -> str:
        return text(self.node, self.ticker_key, f'"{self.ticker_key}": "SPY"')

    def reading(self, ticker: str | None = None) -> Reading:
        """Return the indicator of its own ticker, or of the one that takes the place of "%"."""
        symbol = ticker if ticker and self.ticker == EACH_TICKER else self.ticker
        try:
            return Reading(self.indicator, symbol, self.indicator.place)
        except MeaningError as error:
            raise wrong(self.node, self.ticker_key, error.what, error.remedy) from None


class _Predicate(NamedTuple):
    """A comparison before its tickers are known."""

    operator: Operator
    left: _Operand
    right: _Operand | float
    node: Object

    def comparison(self, ticker: str | None = None) -> Comparison:
        right = self.right.reading(ticker) if isinstance(self.right, _Operand) else self.right
        return Comparison(self.operator, self.left.reading(ticker), right, self.node.place)


def condition_of(branch: Object) -> Condition:
    """Return the condition of an `if-child`; raise `MeaningError` where it has none."""
    if member(branch, "condition") is None:
        return _flat(branch).comparison()
    return fold(mapping(branch, "condition", '"condition": {…}'), _conditions, _condition)


def _flat(branch: Object) -> _Predicate:
    operator = COMPARATORS[chosen(branch, "comparator", "comparator", COMPARATORS)]
    left = _Operand(indicator(branch, "lhs-fn", "lhs-fn-params", "lhs-window-days"), branch, "lhs-val")
    return _Predicate(operator, left, _flat_right(branch), branch)


def _flat_right(branch: Object) -> _Operand | float:
    is_fixed = flag(branch, "rhs-fixed-value?")
    value = needed(branch, "rhs-val", '"rhs-val": 70 or "rhs-val": "SPY"')
    has_function = member(branch, "rhs-fn") is not None
    if is_fixed is None and has_function and number_in(value) is not None:
        raise wrong(
            branch,
            "rhs-val",
            f'{describe_value(value)} and "rhs-fn" don\'t go together',
            'Say with "rhs-fixed-value?": true or false which of them counts',
        )
    if is_fixed or (not has_function and number_in(value) is not None):
        return number(branch, "rhs-val", '"rhs-val": 70')
    return _Operand(indicator(branch, "rhs-fn", "rhs-fn-params", "rhs-window-days"), branch, "rhs-val")


def _kind(node: Object) -> str:
    if member(node, "condition-type") is None and member(node, "lhs") is not None:
        return "binary"
    return chosen(node, "condition-type", "condition-type", KINDS)


def _conditions(node: Object) -> Sequence[Object]:
    return objects(node, "conditions") if _kind(node) == "compound" else ()


def _condition(node: Object, parts: tuple[Condition, ...]) -> Condition:
    kind = _kind(node)
    if kind == "binary":
        return _predicate(node).comparison()
    connective = OPERATORS[chosen(node, "operator", "operator", OPERATORS)]
    if kind == "binary-compound":
        parts = _for_each_ticker(node)
    elif not parts:
        raise MeaningError(
            "a compound condition needs at least one condition",
            node.place,
            remedy='Write "conditions": [{…}]',
        )
    return Compound(connective, parts, node.place)


def _predicate(node: Object) -> _Predicate:
    operator = COMPARATORS[chosen(node, "comparator", "comparator", COMPARATORS)]
    left = _operand(mapping(node, "lhs", f'"lhs": {OPERAND}'))
    return _Predicate(operator, left, _right(node), node)


def _operand(node: Object) -> _Operand:
    return _Operand(indicator(node, "fn", "params", "window-days"), node, "ticker")


def _right(node: Object) -> _Operand | float:
    value = needed(node, "rhs", f'"rhs": {{"constant": 70}} or "rhs": {OPERAND}')
    if not isinstance(value, Object):
        return number(node, "rhs", '"rhs": {"constant": 70}')
    constants = [key for key in CONSTANTS if member(value, key) is not None]
    if not constants:
        return _operand(value)
    if len(constants) > 1 or member(value, "fn") is not None:
        raise MeaningError(f'either "{constants[0]}" or one function may stand here', value.place)
    return number(value, constants[0], f'"{constants[0]}": 70')


def _for_each_ticker(node: Object) -> tuple[Condition, ...]:
    predicate = _predicate(node)
    sides = [side for side in (predicate.left, predicate.right) if isinstance(side, _Operand)]
    if all(side.ticker != EACH_TICKER for side in sides):
        raise wrong(node, "lhs", 'a binary-compound condition asks for "%"', 'Write "ticker": "%" in lhs')
    tickers = items(node, "tickers")
    if not tickers.items:
        raise MeaningError(
            'a binary-compound condition needs "tickers"', node.place, remedy='Write "tickers": ["SPY", …]'
        )
    return tuple(predicate.comparison(_ticker(tickers, position)) for position in range(len(tickers.items)))


def _ticker(tickers: Array, position: int) -> str:
    ticker = tickers.items[position]
    try:
        if isinstance(ticker, str):
            return canonical_symbol(ticker)
    except MeaningError as error:
        raise MeaningError(error.what, member_place(tickers, position), remedy=error.remedy) from None
    raise MeaningError(f"expected a ticker, not {describe_value(ticker)}", member_place(tickers, position))
