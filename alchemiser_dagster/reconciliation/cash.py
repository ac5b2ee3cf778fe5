"""Cash: what was there before, and our own fills, make what is there now, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alchemiser_dagster.portfolio.arithmetic import CENT
from alchemiser_dagster.reconciliation.effects import cash_effect, to_cent
from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.reconciliation.explanations import explain
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import number, signed
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.reconciliation import BreakKind, Severity


def expected_cash(evidence: Evidence, baseline: AccountSnapshot) -> Decimal:
    """Return the cash that the baseline and our own fills make, in whole cents."""
    return to_cent(baseline.account.cash) + cash_effect(evidence.counted(evidence.own_fills))


def find_cash_breaks(evidence: Evidence, baseline: AccountSnapshot) -> Iterator[Finding]:
    """Yield the difference between the cash that there is and the cash that our fills explain.

    A difference that the rounding of that many fills could make is a warning, any other unexplained one is
    critical.
    """
    expected, actual = expected_cash(evidence, baseline), to_cent(evidence.facts.account.cash)
    difference = actual - expected
    if not difference:
        return
    cause = explain(difference, evidence, cash_effect)
    if cause is None and abs(difference) <= CENT * len(evidence.counted(evidence.own_fills)):
        cause = "the broker's rounding of our fills, if by anything"
    yield Finding(
        kind=BreakKind.CASH,
        severity=Severity.WARNING if cause else Severity.CRITICAL,
        subject="cash",
        symbol=None,
        expected=number(expected),
        actual=number(actual),
        message=f"{signed(difference)} of cash is explained by {cause or 'nothing that is known'}",
        remedy="The next plan starts from the cash that is really there"
        if cause
        else "Look in the broker's activities for a fee, a dividend, a deposit or a manual trade",
    )
