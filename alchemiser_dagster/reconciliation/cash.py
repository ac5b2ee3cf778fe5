"""Cash: what the books say there is, and what there is, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.portfolio.arithmetic import CENT
from alchemiser_dagster.reconciliation.causes import Cause
from alchemiser_dagster.reconciliation.effects import to_cent
from alchemiser_dagster.reconciliation.findings import ACCEPT, Finding
from alchemiser_dagster.reconciliation.fitting import fitting
from alchemiser_dagster.reconciliation.wording import number, signed
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.reconciliation import BreakKind, Severity


@dataclass(frozen=True)
class CashVerdict:
    """Which causes about money alone explain what is there, and what is left as a difference of its own."""

    causes: tuple[Cause, ...]
    finding: Finding | None


@dataclass(frozen=True)
class CashComparison:
    """The books beside the cash that there is.

    Parameters
    ----------
    expected, actual
        In whole cents; what the causes that explain positions did is in neither.
    applied, floating
        The causes that explain positions, and those about money alone.
    roundings
        How many amounts were posted that the broker may have rounded in its own way.
    """

    expected: Decimal
    actual: Decimal
    applied: Sequence[Cause]
    floating: Sequence[Cause]
    roundings: int
    activities: Sequence[Activity]

    def verdict(self) -> CashVerdict:
        """Return what explains the cash that there is."""
        moved = sum((cause.amount for cause in self.applied), Decimal(0))
        rest = self.actual - self.expected - to_cent(moved)
        fit = fitting(rest, self.floating, lambda cause: to_cent(cause.amount))
        if fit is not None:
            return CashVerdict(fit, None)
        if abs(rest) <= sum((cause.slack for cause in self.applied), Decimal(0)):
            return CashVerdict((), None)
        return CashVerdict((), self._finding(rest))

    def _finding(self, rest: Decimal) -> Finding:
        expected, actual = number(self.actual - rest), number(self.actual)
        if abs(rest) <= CENT * self.roundings:
            return _dust(rest, expected, actual)
        is_listed = any(to_cent(one.amount) == -rest for one in self.activities)
        cause = "the broker lists it among the activities, but the account does not show it yet"
        return _cash(rest, expected, actual, cause if is_listed else None)


def negative_cash(cash: Decimal) -> Finding | None:
    """Return the break of an account that owes money."""
    if cash >= 0:
        return None
    return Finding(
        kind=BreakKind.NEGATIVE_CASH,
        severity=Severity.CRITICAL,
        subject="cash",
        symbol=None,
        expected="no debt",
        actual=f"{number(cash)} USD",
        message=f"the account owes money: its cash is {number(cash)} USD",
        remedy="Pay in, or sell; find out what was bought with money that was not there, then resume",
    )


def _cash(rest: Decimal, expected: str, actual: str, cause: str | None) -> Finding:
    return Finding(
        kind=BreakKind.CASH,
        severity=Severity.WARNING if cause else Severity.CRITICAL,
        subject="cash",
        symbol=None,
        expected=f"{expected} USD",
        actual=f"{actual} USD",
        message=f"{signed(rest)} USD of cash: {cause or 'explained by nothing that is known'}",
        remedy=f"Wait for the broker to book it, a day at most; {ACCEPT}"
        if cause
        else f"Look at the broker for a fee, a payment or a trade that it does not list; {ACCEPT}",
        cause=cause,
        difference=rest,
    )


def _dust(rest: Decimal, expected: str, actual: str) -> Finding:
    return Finding(
        kind=BreakKind.ROUNDING,
        severity=Severity.NOTE,
        subject="cash",
        symbol=None,
        expected=f"{expected} USD",
        actual=f"{actual} USD",
        message=f"{signed(rest)} USD of cash: dust of rounding",
        remedy="Nothing: it is in the books now",
        cause="the broker rounds amounts to the cent in its own way",
        difference=rest,
    )
