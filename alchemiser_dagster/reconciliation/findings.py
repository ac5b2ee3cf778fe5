"""A difference on its way to becoming a named break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.break_book import BreakState
from alchemiser_dagster.reconciliation.wording import number
from alchemiser_dagster.records.posting import Posting, PostingKind
from alchemiser_dagster.records.reconciliation import Break, BreakKind, Severity

ACCEPT = "`alchemiser breaks accept` takes it into the books"


@dataclass(frozen=True)
class Finding:
    """A difference.

    Parameters
    ----------
    subject
        The id of the one thing that differs: an order, a fill, a line, an activity, a symbol.
    difference
        Actual less expected, in shares or in dollars, where that is what differs; None elsewhere.
    adjustments
        What accepting it posts; where there is a difference, that is posted instead.
    """

    kind: BreakKind
    severity: Severity
    subject: str
    symbol: str | None
    expected: str
    actual: str
    message: str
    remedy: str
    cause: str | None = None
    difference: Decimal | None = None
    adjustments: tuple[Posting, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same difference when it is found again: of an amount, the amount alone."""
        if self.difference is not None:
            return (self.kind, self.symbol or "", number(self.difference))
        return (self.kind, self.subject, self.symbol or "", self.expected, self.actual)


@dataclass(frozen=True)
class Naming:
    """Gives differences their ids, in the light of what became of earlier ones."""

    account: str
    past: Mapping[str, BreakState]
    at: datetime

    def name(self, findings: Iterable[Finding]) -> tuple[Break, ...]:
        """Return the breaks, the gravest first; what was accepted or told before is left out."""
        named = (found for finding in findings for found in self._named(finding))
        gravest_first = tuple(Severity)[::-1]
        return tuple(sorted(named, key=lambda found: gravest_first.index(found.severity)))

    def _named(self, finding: Finding) -> Iterator[Break]:
        """Yield the break: an open one keeps its id, one that comes back has a new one (R-19)."""
        for number_of_life in count():
            break_id = derived_id("break", self.account, *finding.identity, str(number_of_life))
            state = self.past.get(break_id)
            if state in {None, BreakState.OPEN}:
                yield self._break(break_id, finding)
                return
            if finding.severity is Severity.NOTE:
                return
            if state is BreakState.ACCEPTED and not finding.kind.is_absorbed:
                return

    def _break(self, break_id: str, finding: Finding) -> Break:
        return Break(
            break_id=break_id,
            kind=finding.kind,
            severity=finding.severity,
            symbol=finding.symbol,
            expected=finding.expected,
            actual=finding.actual,
            message=finding.message,
            remedy=finding.remedy,
            cause=finding.cause,
            adjustments=tuple(self._adjustments(break_id, finding)),
        )

    def _adjustments(self, break_id: str, finding: Finding) -> Iterator[Posting]:
        if finding.difference is None:
            yield from finding.adjustments
            return
        is_cash = finding.symbol is None
        yield Posting(
            subject=f"break {break_id}",
            kind=PostingKind.ACCEPTED,
            symbol=finding.symbol,
            quantity=Decimal(0) if is_cash else finding.difference,
            amount=finding.difference if is_cash else Decimal(0),
            description=finding.message,
            occurred_at=self.at,
        )
