"""What the broker says afterwards, beside what we believe."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.account import Position
from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.posting import Posting
from alchemiser_dagster.records.values import Money, Quantity, Symbol


class BreakKind(StrEnum):
    """What differs, or what happened beside our trades."""

    MISSING_ORDER = "missing order"
    FOREIGN_ORDER = "foreign order"
    ORDER_STATE = "order state"
    UNRESOLVED_ORDER = "unresolved order"
    MISSING_FILL = "missing fill"
    UNKNOWN_FILL = "unknown fill"
    FILL_DETAIL = "fill detail"
    OVERFILL = "overfill"
    LATE_FILL = "late fill"
    MANUAL_TRADE = "manual trade"
    POSITION = "position"
    CASH = "cash"
    NEGATIVE_CASH = "negative cash"
    DIVIDEND = "dividend"
    INTEREST = "interest"
    FEE = "fee"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    SPLIT = "split"
    SYMBOL_CHANGE = "symbol change"
    TRANSFER = "transfer"
    OTHER_ACTIVITY = "other activity"
    ROUNDING = "rounding"
    NO_BASELINE = "no baseline"

    @property
    def is_absorbed(self) -> bool:
        """Whether accepting the break makes the difference vanish: found again, it is another one."""
        return self in {BreakKind.POSITION, BreakKind.CASH}

    @property
    def needs_books(self) -> bool:
        """Whether only a comparison with the books can find it, or find it gone."""
        return self in {
            BreakKind.POSITION,
            BreakKind.CASH,
            BreakKind.MANUAL_TRADE,
            BreakKind.UNKNOWN_FILL,
            BreakKind.MISSING_FILL,
            BreakKind.OVERFILL,
            BreakKind.OTHER_ACTIVITY,
        }


class Severity(StrEnum):
    """How bad it is (R-38).

    A note is named, explained and posted. A warning has a known cause and is not posted: its symbol is
    locked. A critical break is unexplained: its symbol is locked, and where it has none, trading is halted.
    """

    NOTE = "note"
    WARNING = "warning"
    CRITICAL = "critical"


class Break(Frozen):
    """A named difference between the books and the broker, with what to do about it.

    Parameters
    ----------
    cause
        What explains it; None where nothing that is known does.
    adjustments
        What accepting the break posts, so that the books agree with the broker.
    """

    break_id: str
    kind: BreakKind
    severity: Severity
    symbol: Symbol | None
    expected: str
    actual: str
    message: str
    remedy: str
    cause: str | None = None
    adjustments: tuple[Posting, ...] = ()

    @property
    def halts(self) -> bool:
        """Whether it stops all trading: unexplained, and of no single symbol."""
        return self.severity is Severity.CRITICAL and self.symbol is None


class Compared(Frozen):
    """How many things were compared: a report that compared nothing claims nothing (R-37)."""

    orders: int = Field(ge=0)
    fills: int = Field(ge=0)
    positions: int = Field(ge=0)
    cash: int = Field(ge=0)


class BookLine(Frozen):
    """A symbol's shares in our books beside those at the broker."""

    symbol: Symbol
    expected: Money
    actual: Quantity


class ReconciliationReport(Record):
    """Plan, ledger, books and broker side by side.

    Parameters
    ----------
    snapshot_id, plan_id, result_id
        The records compared; None where there was none. The snapshot is the one that the books begin with,
        named by the report that opened them.
    expected_cash, books
        What the books say once everything explained is posted, in whole cents and in shares.
    since
        The first session of which orders, fills and activities were asked for; None in reports from before
        the books were kept.
    adopted
        Fills that became known late.
    posted
        What was posted with this report.
    """

    kind: ClassVar[str] = "reconciliation_report"

    snapshot_id: str | None
    plan_id: str | None
    result_id: str | None
    compared: Compared
    breaks: tuple[Break, ...]
    expected_cash: Money
    actual_cash: Money
    equity: Money
    positions: tuple[Position, ...]
    since: date | None = None
    books: tuple[BookLine, ...] = ()
    adopted: tuple[Fill, ...] = ()
    posted: tuple[Posting, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether something was compared and nothing differs beyond a note."""
        compared = self.compared.orders + self.compared.fills + self.compared.positions + self.compared.cash
        return compared > 0 and all(found.severity is Severity.NOTE for found in self.breaks)
