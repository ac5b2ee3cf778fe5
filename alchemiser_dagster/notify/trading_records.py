"""What the notice of a trading run is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from alchemiser_dagster.portfolio.profit import Profits
from alchemiser_dagster.portfolio.strategy_profit import StrategyOutcome
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport


@dataclass(frozen=True)
class TradingReasons:
    """Why a run wanted what it traded to.

    Parameters
    ----------
    sentences
        One sentence a strategy, in the order of importance; of many the first are told.
    fragile
        The decisions that a small price move would have changed, each in words, in the same order.
    """

    sentences: Mapping[str, str] = field(default_factory=dict)
    fragile: tuple[str, ...] = ()


@dataclass(frozen=True)
class Circumstances:
    """What is told besides what was traded; None where it is not known.

    Parameters
    ----------
    fees
        What the broker booked as fees since the day began, in dollars; positive where it was paid.
    notes
        What was found to be explained since then, and posted, each in words.
    journal_entry, journal_hash
        The journal's last entry, which holds the chain of all before it.
    page
        Address of the page that shows the runs.
    """

    profits: Profits = field(default_factory=Profits)
    strategies: tuple[StrategyOutcome, ...] = ()
    fees: Decimal | None = None
    notes: tuple[str, ...] = ()
    market: MarketData | None = None
    journal_entry: int | None = None
    journal_hash: str | None = None
    page: str | None = None


@dataclass(frozen=True)
class TradingRecords:
    """The records of a trading run that its notice is made of; the report is None where there is none."""

    snapshot: AccountSnapshot
    plan: RebalancePlan
    result: ExecutionResult
    report: ReconciliationReport | None
    reasons: TradingReasons = TradingReasons()
    circumstances: Circumstances = Circumstances()

    @property
    def correlation_id(self) -> str:
        """What ties the run to those before and after it."""
        return self.result.envelope.correlation_id

    @property
    def value(self) -> Decimal:
        """What the account is worth: after the run where that was seen, else before."""
        return self.report.equity if self.report else self.snapshot.account.equity
