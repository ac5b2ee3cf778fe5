"""What a notice tells besides what was traded: earnings, fees, freshness, the journal's head.

Whatever can't be read is left out and logged: the notice goes out all the same (R-42).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.ledger.equity_history import equity_marks, posted_as
from alchemiser_dagster.ledger.lots_then import changed_since, realised_since, shares_at
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.notify.trading_records import Circumstances
from alchemiser_dagster.portfolio.profit import EquityMark, Profit, Profits, profits_of
from alchemiser_dagster.portfolio.strategy_profit import Shares, StrategyOutcome, outcomes_of
from alchemiser_dagster.records.account import AccountSnapshot, Position
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.reconciliation import BreakKind, ReconciliationReport, Severity

LOG = logger_named(__name__)


def circumstances_of(
    desk: TradingDesk, correlation_id: str, run_id: str, report: ReconciliationReport | None
) -> Circumstances:
    """Return what is known besides the records of a trading run; nothing where the ledger can't be read."""
    query = RecordQuery(account=desk.settings.account, correlation_id=correlation_id)
    try:
        head, profits = desk.journal.head(), _profits(desk, report)
        news = tuple(_reports_of_day(desk, report, profits)) if report else ()
        return Circumstances(
            profits=profits,
            notes=_notes(news),
            strategies=_strategies(desk, report, profits.day.since if profits.day else None),
            fees=_fees(news) if news else None,
            market=desk.journal.latest(MarketData, query),
            journal_entry=head.entry,
            journal_hash=head.hash,
            page=f"{desk.settings.ui.url.rstrip('/')}/runs/{run_id}",
        )
    except AlchemiserError as error:
        LOG.warning("circumstances not known", correlation_id=correlation_id, error=str(error))
        return Circumstances()


def orders_sent(desk: TradingDesk, correlation_id: str) -> int | None:
    """Return how many orders were sent under the id; None where the ledger can't be read."""
    try:
        return desk.orders.count_sent(correlation_id)
    except AlchemiserError as error:
        LOG.warning("orders not counted", correlation_id=correlation_id, error=str(error))
        return None


def _profits(desk: TradingDesk, report: ReconciliationReport | None) -> Profits:
    """Return what was earned up to the report; nothing without one, for then nobody saw what it came to."""
    if report is None:
        return Profits()
    marks = equity_marks(desk.journal, desk.settings.account)
    last = next(
        (place for place, mark in enumerate(marks) if mark.report_id == report.envelope.record_id), -1
    )
    return profits_of(marks[: last + 1], desk.calendar)


def _reports_of_day(
    desk: TradingDesk, report: ReconciliationReport, profits: Profits
) -> Iterator[ReconciliationReport]:
    """Yield the comparisons from the report back to the one that the day begins with, that one left out.

    Where that one is not known, those of the report's session.
    """
    query, is_reached = RecordQuery(account=desk.settings.account), False
    for found in desk.journal.newest_first(ReconciliationReport, query):
        is_reached = is_reached or found == report
        if _begins_day(found, report, profits.day):
            return
        if is_reached:
            yield found


def _begins_day(found: ReconciliationReport, report: ReconciliationReport, day: Profit | None) -> bool:
    if day is None:
        return found.session != report.session
    return found.envelope.record_id == day.since.report_id


def _fees(reports: Iterable[ReconciliationReport]) -> Decimal:
    fees = (fee.amount for report in reports for fee in posted_as(report, [BreakKind.FEE]))
    return -sum(fees, Decimal(0))


def _notes(reports: Sequence[ReconciliationReport]) -> tuple[str, ...]:
    """Return what was explained and posted, the oldest first."""
    return tuple(
        found.message
        for report in reversed(reports)
        for found in report.breaks
        if found.severity is Severity.NOTE
    )


def _strategies(
    desk: TradingDesk, report: ReconciliationReport | None, since: EquityMark | None
) -> tuple[StrategyOutcome, ...]:
    if report is None:
        return ()
    account, database = desk.settings.account, desk.database
    now = Shares(shares_at(database, account, report.envelope.created_at), _prices(report.positions))
    if since is None:
        return outcomes_of(now)
    before = Shares(shares_at(database, account, since.at), _prices_then(desk, since))
    earned = realised_since(database, account, since.at)
    return outcomes_of(now, before, earned, changed_since(database, account, since.at))


def _prices_then(desk: TradingDesk, since: EquityMark) -> Mapping[str, Decimal]:
    record = desk.journal.record(since.report_id)
    return _prices(record.positions) if isinstance(record, ReconciliationReport | AccountSnapshot) else {}


def _prices(positions: tuple[Position, ...]) -> Mapping[str, Decimal]:
    return {position.symbol: position.market_price for position in positions}
