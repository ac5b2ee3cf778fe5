"""What the broker says afterwards, beside what we believe."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.account import Position
from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.values import Money, Symbol


class BreakKind(StrEnum):
    """What differs."""

    MISSING_ORDER = "missing order"
    FOREIGN_ORDER = "foreign order"
    ORDER_STATE = "order state"
    MISSING_FILL = "missing fill"
    UNKNOWN_FILL = "unknown fill"
    OVERFILL = "overfill"
    POSITION = "position"
    CASH = "cash"
    UNRESOLVED_ORDER = "unresolved order"
    FILL_DETAIL = "fill detail"
    NO_BASELINE = "no baseline"


class Severity(StrEnum):
    """How bad it is: a critical break blocks trading (R-38)."""

    NOTE = "note"
    WARNING = "warning"
    CRITICAL = "critical"


class Break(Frozen):
    """A named difference between the books and the broker, with what to do about it."""

    break_id: str
    kind: BreakKind
    severity: Severity
    symbol: Symbol | None
    expected: str
    actual: str
    message: str
    remedy: str


class Compared(Frozen):
    """How many things were compared: a report that compared nothing claims nothing (R-37)."""

    orders: int = Field(ge=0)
    fills: int = Field(ge=0)
    positions: int = Field(ge=0)
    cash: int = Field(ge=0)


class ReconciliationReport(Record):
    """Plan, ledger and broker side by side after a run.

    `snapshot_id`, `plan_id` and `result_id` name the records compared; None where the run never made one.
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

    @property
    def is_clean(self) -> bool:
        """Whether something was compared and nothing differs beyond a note."""
        compared = self.compared.orders + self.compared.fills + self.compared.positions + self.compared.cash
        return compared > 0 and all(found.severity is Severity.NOTE for found in self.breaks)
