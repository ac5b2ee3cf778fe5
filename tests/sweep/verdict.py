"""What must be true once a day is done, however often it was interrupted (R-19, R-26, R-27, R-37, R-40)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from support.alpaca_bench import ACCOUNT, LookAlike

from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook, ExecutionState
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.plan import RebalancePlan

ENDS = {
    "filled": "filled",
    "canceled": "canceled",
    "replaced": "canceled",
    "expired": "expired",
    "rejected": "rejected",
}


@dataclass(frozen=True)
class Account:
    """Where a day left the account."""

    cash: Decimal
    held: dict[str, Decimal]
    outcome: str
    bought: str
    sold: str


@dataclass(frozen=True)
class Evidence:
    """What the broker says, as raw as the wire tells it, beside what the ledger says."""

    plan: RebalancePlan
    account: Account
    accepted: list[str]
    orders: dict[str, dict[str, Any]]
    fills: dict[str, dict[str, Any]]
    kept_orders: dict[str, LedgerOrder]
    kept_fills: dict[str, Fill]
    execution: ExecutionState | None


@dataclass
class Findings:
    """What is wrong: orders that are twice there, orders or fills that are lost, and the rest."""

    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        return [*self.duplicates, *self.lost, *self.others]


def gather(folder: Path, look_alike: LookAlike, plan: RebalancePlan, said: dict[str, Any]) -> Evidence:
    """Ask both sides."""
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    try:
        execution = ExecutionBook(database).find(plan.plan_id)
        kept = OrderBook(database).of_session(ACCOUNT, plan.session)
        fills = FillBook(database).of_plan(plan.plan_id)
    finally:
        database.close()
    accepted, orders, facts = look_alike.accepted(), look_alike.orders(), look_alike.fills()
    ended = {name: said[name] for name in ("outcome", "bought", "sold")}
    return Evidence(
        plan=plan,
        account=Account(look_alike.cash(), look_alike.held(), **ended),
        accepted=accepted,
        orders={order["client_order_id"]: dict(order) for order in orders},
        fills={fact["id"]: dict(fact) for fact in facts},
        kept_orders={order.client_order_id: order for order in kept},
        kept_fills={fill.fill_id: fill for fill in fills},
        execution=None if execution is None else execution.state,
    )


def judge(found: Evidence, undisturbed: Account | None) -> Findings:
    """Return what is wrong."""
    return Findings(
        duplicates=list(_duplicates(found)),
        lost=list(_lost(found)),
        others=[*_differences(found), *_deviations(found.account, undisturbed)],
    )


def _duplicates(found: Evidence) -> Iterator[str]:
    for name, times in Counter(found.accepted).items():
        if times > 1:
            yield f"order {name} was accepted {times} times"
    intents = Counter((order.line_id, order.attempt) for order in found.kept_orders.values())
    for intent, times in intents.items():
        if times > 1:
            yield f"intent {intent} has {times} orders"
    planned = {line.symbol: line.quantity for line in found.plan.lines}
    filled: dict[str, Decimal] = {}
    for fact in found.fills.values():
        filled[fact["symbol"]] = filled.get(fact["symbol"], Decimal(0)) + Decimal(fact["qty"])
    for symbol, quantity in filled.items():
        if quantity > planned[symbol]:
            yield f"{quantity} {symbol} were traded, {planned[symbol]} were planned"


def _lost(found: Evidence) -> Iterator[str]:
    for name in {*found.accepted, *found.orders} - found.kept_orders.keys():
        yield f"order {name} is at the broker and not in the ledger, ours: {is_ours(name)}"
    for name in found.fills.keys() ^ found.kept_fills.keys():
        yield f"fill {name} is on one side alone"
    for name, order in found.kept_orders.items():
        if name not in found.orders and order.broker_order_id is not None:
            yield f"order {name} is in the ledger as {order.state} and not at the broker"


def _differences(found: Evidence) -> Iterator[str]:
    if found.execution is not ExecutionState.CLOSED:
        yield f"the execution is {found.execution}"
    for name, order in found.kept_orders.items():
        told = found.orders.get(name)
        if told is None:
            if order.state not in {"canceled", "rejected"}:
                yield f"order {name} of {order.symbol} never reached the broker and is {order.state}"
        elif (order.state, order.filled_quantity, order.average_price) != _as_told(told):
            yield f"order {name} of {order.symbol} is {order.state}, {order.filled_quantity} filled; {told}"
    for name in found.fills.keys() & found.kept_fills.keys():
        fill, fact = found.kept_fills[name], found.fills[name]
        if (fill.quantity, fill.price) != (Decimal(fact["qty"]), Decimal(fact["price"])):
            yield f"fill {name} differs"


def _as_told(told: dict[str, Any]) -> tuple[str, Decimal, Decimal | None]:
    average = told["filled_avg_price"]
    state = ENDS.get(told["status"], f"still {told['status']}")
    return state, Decimal(told["filled_qty"]), None if average is None else Decimal(average)


def _deviations(account: Account, undisturbed: Account | None) -> Iterator[str]:
    if undisturbed is not None and account != undisturbed:
        for name, value in vars(account).items():
            expected = getattr(undisturbed, name)
            if value != expected:
                yield f"{name}: {value}, undisturbed: {expected}"
