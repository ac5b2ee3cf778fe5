"""A difference on its way to becoming a named break."""

from __future__ import annotations

from dataclasses import dataclass

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.reconciliation import Break, BreakKind, Severity


@dataclass(frozen=True)
class Finding:
    """A difference; `subject` is the id of the one thing that differs: an order, a fill, a line, a symbol."""

    kind: BreakKind
    severity: Severity
    subject: str
    symbol: str | None
    expected: str
    actual: str
    message: str
    remedy: str

    def named(self, account: str, session: str) -> Break:
        """Return the break; the same difference found again has the same id (R-19)."""
        identity = (self.kind, self.subject, self.symbol or "", self.expected, self.actual)
        return Break(
            break_id=derived_id("break", account, session, *identity),
            kind=self.kind,
            severity=self.severity,
            symbol=self.symbol,
            expected=self.expected,
            actual=self.actual,
            message=self.message,
            remedy=self.remedy,
        )
