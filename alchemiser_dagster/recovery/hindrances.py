"""Why the rest of a plan may not be traded after a recovery, asked anew whenever it matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from alchemiser_dagster.errors import BrokerError, SessionError
from alchemiser_dagster.execution.order_desk import is_lost
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.resumptions import ResumptionBook
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.recovery.remaining import Remaining, remaining_of

NOTHING_OPEN = "no plan of the session is open"
RESUMED_BEFORE = "the plan was resumed once already"


@dataclass(frozen=True)
class ResumeGuards:
    """Who is asked whether the rest of a plan may be traded.

    Parameters
    ----------
    require_open
        Raises `SessionError` unless orders of the session may be sent right now.
    max_attempts
        How many orders a line may have.
    code_version
        The code that runs now: a plan is carried on only by the code that made it.
    """

    database: Database
    require_open: Callable[[date], object]
    max_attempts: int
    code_version: str

    def remaining(self, account: str, session: date) -> Remaining | None:
        """Return what is left of the session's open plan, or None where none is open."""
        plan = self._open_plan(account, session)
        return None if plan is None else self._remaining(plan)

    def hindrances(self, account: str, session: date) -> tuple[str, ...]:
        """Return all reasons why the rest may not be traded now; none where it may."""
        plan = self._open_plan(account, session)
        if plan is None:
            return (NOTHING_OPEN,)
        return (
            *self._open_orders(account),
            *self._halted(account),
            *self._locked(account, self._remaining(plan).symbols),
            *self._closed(session),
            *self._made_otherwise(plan),
            *self._resumed(account, plan),
        )

    def _open_plan(self, account: str, session: date) -> RebalancePlan | None:
        begun = ExecutionBook(self.database).open_for(account, session)
        return None if begun is None else self._journal.record_of(RebalancePlan, begun.plan_record_id)

    def _remaining(self, plan: RebalancePlan) -> Remaining:
        return remaining_of(plan, OrderBook(self.database).of_plan(plan.plan_id), self.max_attempts)

    @property
    def _journal(self) -> Journal:
        return Journal(self.database)

    def _open_orders(self, account: str) -> Iterator[str]:
        unsettled = OrderBook(self.database).unsettled(account)
        names = [f"{order.side} {order.symbol}" for order in unsettled if not is_lost(order)]
        if names:
            yield f"own orders could not be brought to an end: {', '.join(names)}"

    def _halted(self, account: str) -> Iterator[str]:
        held = HaltBook(self.database).in_force(account)
        if held is not None:
            yield f"trading is held back: {held.in_words}"

    def _locked(self, account: str, wanted: frozenset[Symbol]) -> Iterator[str]:
        locked = BreakBook(self.database).locked_symbols(account)
        for symbol in sorted(wanted & locked.keys()):
            yield f"{symbol} is locked by a break: {locked[symbol]}"

    def _closed(self, session: date) -> Iterator[str]:
        try:
            self.require_open(session)
        except (BrokerError, SessionError) as closed:
            yield closed.what

    def _made_otherwise(self, plan: RebalancePlan) -> Iterator[str]:
        if plan.envelope.code_version != self.code_version:
            yield "the plan was made by other code than runs now"

    def _resumed(self, account: str, plan: RebalancePlan) -> Iterator[str]:
        if ResumptionBook(self.database).of_plan(account, plan.plan_id) is not None:
            yield RESUMED_BEFORE
