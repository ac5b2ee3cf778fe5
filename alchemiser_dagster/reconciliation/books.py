"""The two sides of a reconciliation: what we have written down, and what the broker says."""

from __future__ import annotations

from alchemiser_dagster.records.account import AccountSnapshot, BrokerAccount, Position
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Quantity, Side, Symbol


class BookedOrder(Frozen):
    """One of our orders as the ledger has it; no broker order id where the broker never gave one."""

    client_order_id: str
    broker_order_id: str | None
    line_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity
    filled_quantity: Quantity
    state: OrderState


class Books(Frozen):
    """What we believe of a session.

    Parameters
    ----------
    baseline
        The last snapshot taken before the first plan of the session was begun; None where there is none.
    plan, result
        The session's plan that was begun last, or the latest where none was; the latest result.
    ledger_orders, ledger_fills
        All of the session, over all its plans.
    """

    baseline: AccountSnapshot | None
    plan: RebalancePlan | None
    result: ExecutionResult | None
    ledger_orders: tuple[BookedOrder, ...]
    ledger_fills: tuple[Fill, ...]


class BrokerFacts(Frozen):
    """What the broker says.

    Parameters
    ----------
    account, positions
        Now.
    orders, fills
        All since the session's start, ours and others'.
    open_orders
        All that can still fill, however old.
    """

    account: BrokerAccount
    positions: tuple[Position, ...]
    orders: tuple[BrokerOrder, ...]
    fills: tuple[Fill, ...]
    open_orders: tuple[BrokerOrder, ...]
