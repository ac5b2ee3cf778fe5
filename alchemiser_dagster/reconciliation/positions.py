"""Positions: what the books say is held, and what is held, to the share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from alchemiser_dagster.ledger.account_books import Balance
from alchemiser_dagster.reconciliation.causes import Cause
from alchemiser_dagster.reconciliation.corporate import DUST, renamed, split_ratio
from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.reconciliation.findings import ACCEPT, Finding
from alchemiser_dagster.reconciliation.fitting import fitting
from alchemiser_dagster.reconciliation.wording import number, signed
from alchemiser_dagster.records.reconciliation import BreakKind, Severity


@dataclass(frozen=True)
class PositionVerdict:
    """What became of a symbol: causes that explain it, and what is left as a difference of its own."""

    symbol: str
    causes: tuple[Cause, ...]
    finding: Finding | None


@dataclass(frozen=True)
class PositionComparison:
    """The books beside what is held, in the light of possible causes."""

    evidence: Evidence
    balance: Balance
    causes: Sequence[Cause]
    moved: frozenset[str]

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that are held by either side, or that a posting or a cause is about."""
        of_causes = {cause.symbol for cause in self.causes if cause.symbol}
        held = self.balance.positions.keys() | self.evidence.held.keys()
        return tuple(sorted(held | of_causes | self.moved))

    def verdicts(self) -> Iterator[PositionVerdict]:
        """Yield what became of each symbol."""
        for symbol in self.symbols:
            yield self._verdict(symbol, [cause for cause in self.causes if cause.symbol == symbol])

    def expected(self, symbol: str) -> Decimal:
        """Return what the books say."""
        return self.balance.positions.get(symbol, Decimal(0))

    def actual(self, symbol: str) -> Decimal:
        """Return what is held."""
        return self.evidence.held.get(symbol, Decimal(0))

    def _verdict(self, symbol: str, causes: list[Cause]) -> PositionVerdict:
        expected, actual = self.expected(symbol), self.actual(symbol)
        fit = fitting(actual - expected, causes, lambda cause: cause.quantity)
        if fit is not None:
            return PositionVerdict(symbol, fit, None)
        for chosen in (tuple(causes), ()):
            before = expected + sum((cause.quantity for cause in chosen), Decimal(0))
            finding = self._known_rest(symbol, before, actual)
            if finding:
                return PositionVerdict(symbol, chosen, finding)
        return PositionVerdict(symbol, (), _unexplained(symbol, expected, actual))

    def _known_rest(self, symbol: str, before: Decimal, actual: Decimal) -> Finding | None:
        rest = actual - before
        if abs(rest) < DUST:
            return _dust(symbol, before, actual)
        ratio = split_ratio(before, actual)
        if self._is_listed_and_not_there(symbol, rest):
            cause = "the broker lists it among the activities, but the account does not show it yet"
        elif symbol in self._renamed:
            cause = self._renamed[symbol]
        elif ratio:
            cause = f"looks like a split, {ratio}"
        else:
            return None
        return _position(symbol, before, actual, cause)

    def _is_listed_and_not_there(self, symbol: str, rest: Decimal) -> bool:
        listed = self.evidence.facts.activities
        return any(one.symbol == symbol and one.quantity == -rest for one in listed if one.quantity)

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        pairs = renamed(self.balance.positions, self.evidence.held)
        causes = {old: f"looks like a change of symbol from {old} to {new}" for old, new in pairs.items()}
        return {**causes, **{new: causes[old] for old, new in pairs.items()}}


def _unexplained(symbol: str, expected: Decimal, actual: Decimal) -> Finding:
    return _position(symbol, expected, actual, None)


def _position(symbol: str, expected: Decimal, actual: Decimal, cause: str | None) -> Finding:
    difference = actual - expected
    return Finding(
        kind=BreakKind.POSITION,
        severity=Severity.WARNING if cause else Severity.CRITICAL,
        subject=symbol,
        symbol=symbol,
        expected=f"{number(expected)} shares",
        actual=f"{number(actual)} shares",
        message=f"{signed(difference)} shares of {symbol}: {cause or 'explained by nothing that is known'}",
        remedy=f"Wait for the broker to list it, a day at most; {ACCEPT}"
        if cause
        else f"Look at the broker for a manual trade, a transfer or a corporate action; {ACCEPT}",
        cause=cause,
        difference=difference,
    )


def _dust(symbol: str, expected: Decimal, actual: Decimal) -> Finding:
    return Finding(
        kind=BreakKind.ROUNDING,
        severity=Severity.NOTE,
        subject=symbol,
        symbol=symbol,
        expected=f"{number(expected)} shares",
        actual=f"{number(actual)} shares",
        message=f"{signed(actual - expected)} shares of {symbol}: dust of rounding",
        remedy="Nothing: it is in the books now",
        cause="the broker rounds fractions of a share",
        difference=actual - expected,
    )
