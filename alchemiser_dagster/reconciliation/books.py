"""The two sides of a reconciliation: what we have written down, and what the broker says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alchemiser_dagster.ledger.account_books import Balance
from alchemiser_dagster.ledger.break_book import BreakState
from alchemiser_dagster.records.account import AccountSnapshot, BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Instant, Quantity, Side, Symbol


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
    created_at: Instant

    @property
    def may_exist(self) -> bool:
        """Whether the broker may have it: it took it once, or nobody knows that it did not."""
        return bool(self.broker_order_id or self.filled_quantity or not self.state.is_terminal)


@dataclass(frozen=True)
class Books:
    """What we believe.

    Parameters
    ----------
    balance
        What the account's postings add up to.
    opening
        The snapshot that the books begin with; None where they are open already, or where there is none.
    plan, result
        The session's plan that was begun last, and the latest result; None where there is none.
    ledger_orders, ledger_fills
        All since the first session that is looked at, and older orders that have not ended.
    past_breaks
        Every break beyond a note that was ever found, and every note, by its id.
    """

    balance: Balance
    opening: AccountSnapshot | None
    plan: RebalancePlan | None
    result: ExecutionResult | None
    ledger_orders: tuple[BookedOrder, ...]
    ledger_fills: tuple[Fill, ...]
    past_breaks: Mapping[str, BreakState]


@dataclass(frozen=True)
class BrokerFacts:
    """What the broker says.

    Parameters
    ----------
    since
        The open of the first session that is looked at.
    account, positions
        Now.
    orders, fills, activities
        All since then, ours and others'; orders of the ledger that are older were asked for one by one.
    open_orders
        All that can still fill, however old.
    """

    since: datetime
    account: BrokerAccount
    positions: tuple[Position, ...]
    orders: tuple[BrokerOrder, ...]
    fills: tuple[Fill, ...]
    open_orders: tuple[BrokerOrder, ...]
    activities: tuple[Activity, ...]
