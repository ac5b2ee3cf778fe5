"""Positions: what was held before, and our own fills, make what is held now, to the share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from alchemiser_dagster.reconciliation.effects import share_effect
from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.reconciliation.explanations import explain
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import number, signed
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.reconciliation import BreakKind, Severity


def compared_symbols(evidence: Evidence) -> tuple[str, ...]:
    """Return the symbols that were or are held, or that we traded; none without a baseline."""
    baseline = evidence.books.baseline
    if baseline is None:
        return ()
    held = {position.symbol for position in (*baseline.positions, *evidence.facts.positions)}
    traded = {fill.symbol for fill in evidence.counted(evidence.own_fills)}
    return tuple(sorted(held | traded))


def find_position_breaks(evidence: Evidence, baseline: AccountSnapshot) -> Iterator[Finding]:
    """Yield the symbols of which another number of shares is held than our fills explain."""
    before = {position.symbol: position.quantity for position in baseline.positions}
    now = {position.symbol: position.quantity for position in evidence.facts.positions}
    own = evidence.counted(evidence.own_fills)
    for symbol in compared_symbols(evidence):
        expected = before.get(symbol, Decimal(0)) + share_effect(own, symbol)
        actual = now.get(symbol, Decimal(0))
        if actual != expected:
            effect = partial(share_effect, symbol=symbol)
            yield _position_break(symbol, expected, actual, explain(actual - expected, evidence, effect))


def _position_break(symbol: str, expected: Decimal, actual: Decimal, cause: str | None) -> Finding:
    difference = signed(actual - expected)
    return Finding(
        kind=BreakKind.POSITION,
        severity=Severity.WARNING if cause else Severity.CRITICAL,
        subject=symbol,
        symbol=symbol,
        expected=f"{number(expected)} shares",
        actual=f"{number(actual)} shares",
        message=f"{difference} shares of {symbol} are explained by {cause or 'nothing that is known'}",
        remedy="The next plan starts from what is really held"
        if cause
        else "Look in the broker's activities for a manual trade, a transfer or a corporate action",
    )
