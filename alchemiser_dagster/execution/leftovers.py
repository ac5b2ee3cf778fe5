"""Own orders left from earlier are found and settled before anything new is sent (R-31)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.execution.order_desk import LOG, OrderDesk
from alchemiser_dagster.execution.orphans import cancel_orphans, orphans_among
from alchemiser_dagster.execution.settling import CLOCK_TOLERANCE, Settling
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import BrokerOrder
from alchemiser_dagster.records.plan import RebalancePlan


@dataclass(frozen=True)
class Leftovers:
    """What earlier runs and others left.

    Parameters
    ----------
    settled
        Own orders of other plans, all of them at their end now.
    orphans
        Own orders that were open at the broker although the ledger holds them for ended, or not at all.
    foreign
        Open orders of others: left alone.
    """

    settled: tuple[LedgerOrder, ...]
    orphans: tuple[BrokerOrder, ...]
    foreign: tuple[BrokerOrder, ...]

    @property
    def were_none(self) -> bool:
        """Whether nothing had to be settled, so that the account is as it was."""
        return not self.settled and not self.orphans


def settle_leftovers(desk: OrderDesk, plan: RebalancePlan) -> Leftovers:
    """Settle every own order that is not the plan's, and end the executions that left them.

    Raises
    ------
    RiskError
        If an order can't be brought to an end: nothing new may be sent then.
    """
    settled = _settle_known(desk, plan)
    listed = desk.environment.broker.open_orders()
    orphans = orphans_among(desk, listed)
    foreign = tuple(order for order in listed if not is_ours(order.client_order_id))
    log = LOG.bind(correlation_id=plan.envelope.correlation_id)
    for order in foreign:
        log.warning("foreign open order left alone", symbol=order.symbol, side=order.side.value)
    for order in orphans:
        log.warning("own order unknown to the ledger", symbol=order.symbol, side=order.side.value)
    _require_settled(cancel_orphans(desk, orphans))
    _abandon_executions(desk, plan)
    return Leftovers(settled, orphans, foreign)


def _settle_known(desk: OrderDesk, plan: RebalancePlan) -> tuple[LedgerOrder, ...]:
    environment = desk.environment
    unsettled = environment.orders.unsettled(plan.envelope.account)
    left = tuple(order for order in unsettled if order.plan_id != plan.plan_id)
    if not left:
        return ()
    settling = Settling(desk)
    resolved = settling.resolve(left)
    _require_settled(settling.wind_up(order for order in resolved if not order.state.is_terminal))
    since = min(order.created_at for order in left) - CLOCK_TOLERANCE
    environment.fills.record(environment.broker.fills_since(since))
    found = (environment.orders.find(order.client_order_id) for order in left)
    return tuple(order for order in found if order is not None)


def _require_settled(left: Iterable[LedgerOrder | BrokerOrder]) -> None:
    named = ", ".join(f"{order.side} {order.quantity} {order.symbol}" for order in left)
    if named:
        raise RiskError(
            f"own orders from earlier can't be brought to an end: {named}",
            where="open orders",
            remedy="Cancel them on the broker's pages, then run again; nothing new was sent",
        )


def _abandon_executions(desk: OrderDesk, plan: RebalancePlan) -> None:
    environment = desk.environment
    for execution in environment.executions.all_open(plan.envelope.account):
        if execution.plan_id != plan.plan_id:
            environment.executions.abandon(execution.plan_id, environment.clock.now())
            LOG.warning(
                "execution abandoned", correlation_id=execution.correlation_id, plan_id=execution.plan_id
            )
