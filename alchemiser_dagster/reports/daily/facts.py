"""Everything that a daily report says, as records and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from alchemiser_dagster.ledger.executions import Execution
from alchemiser_dagster.ledger.journal import JournalHead
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.run_book import RunRow, StepRow
from alchemiser_dagster.ledger.told_notices import ToldNotice
from alchemiser_dagster.portfolio.profit import Profits
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HaltChange
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.records.values import Mode, Outcome
from alchemiser_dagster.reports.pictures.equity import EquityPoint


@dataclass(frozen=True)
class DayRecords:
    """The newest record of each kind under one correlation id; None where there is none.

    `report` is the comparison after the orders; one before the plan, which says nothing of them, is left out.
    """

    data: MarketData | None = None
    signals: tuple[StrategySignal, ...] = ()
    target: TargetAllocation | None = None
    snapshot: AccountSnapshot | None = None
    comparison: AllocationComparison | None = None
    sanity: SanityReport | None = None
    plan: RebalancePlan | None = None
    result: ExecutionResult | None = None
    report: ReconciliationReport | None = None
    recovery: RecoveryReport | None = None


@dataclass(frozen=True)
class OpenEnds:
    """What is not at its end: plans that were begun, orders that may still change, a halt in force."""

    plans: tuple[Execution, ...] = ()
    orders: tuple[LedgerOrder, ...] = ()
    halt: HaltChange | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open."""
        return not self.plans and not self.orders and self.halt is None


@dataclass(frozen=True)
class DayFacts:
    """One day, as the journal and the ledger tell of it.

    Parameters
    ----------
    session
        The trading session; None where the run never knew it.
    outcome
        How the run ended; None while it has not, or where it was not to trade.
    failure
        The step that failed last, where the day came to no result.
    profits
        What was earned in the session, the month, and since the books began.
    curve
        The account's value after the sessions up to this one.
    ui_url
        Where Dagster's pages are, without a slash at the end.
    """

    correlation_id: str
    session: date | None
    mode: Mode
    outcome: Outcome | None
    records: DayRecords
    failure: StepRow | None
    runs: tuple[RunRow, ...]
    steps: tuple[StepRow, ...]
    told: tuple[ToldNotice, ...]
    profits: Profits
    curve: tuple[EquityPoint, ...]
    open_ends: OpenEnds
    head: JournalHead
    ui_url: str
    made_at: datetime
