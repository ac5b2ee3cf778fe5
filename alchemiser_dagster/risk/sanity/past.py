"""The account's past, read from the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import groupby, islice

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.past_trades import traded_symbols
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.risk.sanity.facts import AccountPast


def past_of(database: Database, account: str, session: date, sessions: int) -> AccountPast:
    """Return what the account traded before the session; of turnovers those of the last sessions."""
    past = _Turnovers(database, account)
    return AccountPast(
        turnovers=past.before(session, sessions),
        traded=traded_symbols(database, account),
    )


class _Turnovers:
    """What was bought and sold in sessions that have ended, beside what the account was worth."""

    def __init__(self, database: Database, account: str) -> None:
        self._journal = Journal(database)
        self._executions = ExecutionBook(database)
        self._account = account

    def before(self, session: date, sessions: int) -> tuple[Decimal, ...]:
        """Return one turnover a session, newest first; several runs of one session add up."""
        results = self._journal.newest_first(ExecutionResult, RecordQuery(account=self._account))
        earlier = (result for result in results if result.session < session)
        by_session = groupby(earlier, key=lambda result: result.session)
        return tuple(sum(map(self._turnover, group), Decimal(0)) for _, group in islice(by_session, sessions))

    def _turnover(self, result: ExecutionResult) -> Decimal:
        execution = self._executions.find(result.plan_id)
        if execution is None:
            return Decimal(0)
        plan = self._journal.record_of(RebalancePlan, execution.plan_record_id)
        return (result.bought + result.sold) / plan.equity
