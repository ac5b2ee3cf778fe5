"""What happened in the run that failed, told from books that are settled: the same at every telling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.order_desk import is_lost
from alchemiser_dagster.ledger.executions import Execution, ExecutionState
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.order import BrokerOrder, Fill
from alchemiser_dagster.records.recovery import RecoveredOrder
from alchemiser_dagster.recovery.remaining import Remaining
from alchemiser_dagster.recovery.settlement import Settlement

SHOWN_DIGITS = 12


@dataclass(frozen=True)
class FailedRun:
    """The run that is recovered from, and the id that ties it to those before and after it."""

    run_id: str
    correlation_id: str


@dataclass(frozen=True)
class Findings:
    """Everything that is known once own orders are settled; `begun` is the plan that was begun last."""

    environment: ExecutionEnvironment
    failed: FailedRun
    begun: Execution | None
    settlement: Settlement
    remaining: Remaining | None

    @cached_property
    def orders(self) -> tuple[RecoveredOrder, ...]:
        """The orders of the plan, then all others without an end."""
        known = {order.client_order_id for order in self._planned}
        others = (order for order in self.settlement.unsettled if order.client_order_id not in known)
        return (*map(_recovered, (*self._planned, *others)), *map(_recovered, self.settlement.orphans))

    @cached_property
    def fills(self) -> tuple[Fill, ...]:
        """The fills of the plan's orders, as the books have them."""
        return self.environment.fills.of_plan(self.begun.plan_id) if self.begun else ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What happened, in the order in which it did."""
        return (
            self._plan_in_words(),
            self._last_record_in_words(),
            *self._orders_in_words(),
            *map(_unsettled_in_words, self.settlement.unsettled),
            *map(_orphan_in_words, self.settlement.orphans),
            *self._rest_in_words(),
        )

    @cached_property
    def _planned(self) -> tuple[LedgerOrder, ...]:
        return self.environment.orders.of_plan(self.begun.plan_id) if self.begun else ()

    def _plan_in_words(self) -> str:
        begun = self.begun
        if begun is None:
            return "No plan of the session was begun"
        named = f"Plan {begun.plan_id[:SHOWN_DIGITS]} was begun at {begun.opened_at:%H:%M:%S} UTC"
        ends = {
            ExecutionState.OPEN: "and not ended",
            ExecutionState.CLOSED: "and ended with its result",
            ExecutionState.ABANDONED: "and given up by a later run",
        }
        return f"{named} {ends[begun.state]}"

    def _last_record_in_words(self) -> str:
        last = self._last_record()
        if last is None:
            return f"Run {self.failed.run_id[:SHOWN_DIGITS]} kept no record"
        kind = last.kind.replace("_", " ")
        return f"The last that run {self.failed.run_id[:SHOWN_DIGITS]} kept is its {kind}"

    def _last_record(self) -> Record | None:
        story = self.environment.journal.story(self.failed.correlation_id)
        own = [record for record in story if record.envelope.run_id == self.failed.run_id]
        return own[-1] if own else None

    def _orders_in_words(self) -> Iterator[str]:
        if self.begun is None:
            return
        states = Counter(order.state.value for order in self._planned)
        if not states:
            yield "None of its orders was written down, so none was sent"
            return
        counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        yield f"Its orders at the broker: {counted}; the books hold {len(self.fills)} fills of them"

    def _rest_in_words(self) -> Iterator[str]:
        if self.remaining is None:
            return
        count = len(self.remaining.chains)
        if count:
            yield f"{count} of its lines are left, worth {self.remaining.value:,.2f} USD"
        else:
            yield "None of its lines is left; only its result is to be written"


def _recovered(order: LedgerOrder | BrokerOrder) -> RecoveredOrder:
    return RecoveredOrder(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        filled_quantity=order.filled_quantity,
        state=order.state,
    )


def _unsettled_in_words(order: LedgerOrder) -> str:
    named = f"{order.side} {order.quantity} {order.symbol}"
    if is_lost(order):
        return f"The broker has no order to {named} so far; it stays unknown until it is asked for again"
    return f"The order to {named} could not be brought to an end: it is {order.state}"


def _orphan_in_words(order: BrokerOrder) -> str:
    named = f"{order.side} {order.quantity} {order.symbol}"
    return f"An order of ours that the books do not hold for open is open at the broker: {named}"
