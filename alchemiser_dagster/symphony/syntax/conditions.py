"""The syntax of conditions: indicators, readings of them, comparisons (spec section 2 and 3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from alchemiser_dagster.symphony.syntax.node import Node
from alchemiser_dagster.symphony.syntax.source import MeaningError, Place
from alchemiser_dagster.symphony.syntax.symbols import canonical_symbol
from alchemiser_dagster.symphony.syntax.vocabulary import FORMULAS, Formula

Operator = Literal[">", "<", ">=", "<=", "="]
Connective = Literal["and", "or"]


def check_parameter(indicator: str, parameter: str, value: float, place: Place | None) -> None:
    """Raise `MeaningError` unless the value of an indicator's parameter lies within its bounds."""
    if parameter == "stdev":
        if not (math.isfinite(value) and value >= 0):
            raise MeaningError(f":stdev of {indicator} must not be negative", place)
        return
    smallest = FORMULAS[indicator].smallest_window
    if not (value >= smallest and float(value).is_integer()):
        raise MeaningError(
            f":{parameter} of {indicator} must be a whole number of at least {smallest}, not {value:g}", place
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Indicator(Node):
    """A formula with its parameters, of no particular series yet."""

    name: str
    parameters: tuple[float, ...] = ()
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if self.name not in FORMULAS:
            raise MeaningError(f"there is no indicator {self.name}", self.place)
        if len(self.parameters) != len(self.formula.parameters):
            wanted = " ".join(f":{name}" for name in self.formula.parameters) or "no parameters"
            raise MeaningError(f"{self.name} takes {wanted}", self.place)
        for name, value in zip(self.formula.parameters, self.parameters, strict=True):
            check_parameter(self.name, name, value, self.place)
        self._seal("\x1f".join(("Indicator", self.name, *map(repr, map(float, self.parameters)))))

    @property
    def formula(self) -> Formula:
        """What the language says of it."""
        return FORMULAS[self.name]

    @property
    def bars_needed(self) -> int:
        """Bars up to and including the first one on which it is defined."""
        return self.formula.bars_needed(self.parameters)

    def __str__(self) -> str:
        """Return it as the text notation writes it, without a series."""
        pairs = zip(self.formula.parameters, self.parameters, strict=True)
        written = ", ".join(f":{name} {value:g}" for name, value in pairs)
        return f"{self.name} {{{written}}}" if written else self.name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reading(Node):
    """An indicator of a symbol's own series."""

    indicator: Indicator
    symbol: str
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbol", canonical_symbol(self.symbol, self.place))
        self._seal(f"Reading\x1f{self.symbol}", (self.indicator,))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Node):
    """An indicator against another one or a number; "=" means within 1e-4."""

    operator: Operator
    left: Reading
    right: Reading | float
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if isinstance(self.right, Reading):
            self._seal(f"Comparison\x1f{self.operator}", (self.left, self.right))
        elif math.isfinite(self.right):
            self._seal(f"Comparison\x1f{self.operator}\x1f{float(self.right)!r}", (self.left,))
        else:
            raise MeaningError("an indicator is compared with a finite number", self.place)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compound(Node):
    """Several conditions that must all hold, or of which one must."""

    connective: Connective
    conditions: tuple[Condition, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if not self.conditions:
            raise MeaningError(f"({self.connective}) needs at least one condition", self.place)
        self._seal(f"Compound\x1f{self.connective}", self.conditions)


Condition: TypeAlias = Comparison | Compound


def conditions_within(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and every condition inside it, each as often as it occurs, outer ones first."""
    waiting: list[Condition] = [condition]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, Compound):
            waiting.extend(reversed(part.conditions))


def readings_within(condition: Condition) -> Iterator[Reading]:
    """Yield the indicators that a condition reads, from left to right."""
    for part in conditions_within(condition):
        if isinstance(part, Comparison):
            yield part.left
            if isinstance(part.right, Reading):
                yield part.right
