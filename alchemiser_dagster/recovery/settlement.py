"""Bring own orders to their end by rule: cancel and wait; ask for what nobody knows; never assume (R-39).

1. Every order to which something can still happen is asked for at the broker by its client order id. One that
   is open there is canceled, and waited for until the broker confirms its end.
2. One that was never sent is ended here. One that the broker does not have, asked again and again, stays
   unknown: whoever takes up its plan asks once more, and sends the very same order under the same id.
3. Own orders that are open at the broker although nothing should be are canceled too.
4. All fills since the first of these orders are written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alchemiser_dagster.execution.order_desk import LOG, OrderDesk
from alchemiser_dagster.execution.orphans import cancel_orphans, orphans_among
from alchemiser_dagster.execution.settling import CLOCK_TOLERANCE, Settling
from alchemiser_dagster.ledger.executions import Execution
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import BrokerOrder


@dataclass(frozen=True)
class Settlement:
    """What could not be brought to an end: orders of the ledger, and orders that it does not know."""

    unsettled: tuple[LedgerOrder, ...]
    orphans: tuple[BrokerOrder, ...]


def settle_own_orders(desk: OrderDesk, account: str, begun: Execution | None) -> Settlement:
    """Settle every own order of the account, whatever plan it is of, and adopt their fills.

    Parameters
    ----------
    begun
        The execution that was begun last; all fills since then are looked at. None where none was.

    Raises
    ------
    BrokerError
        If the broker can't be asked which orders are open, or what was filled.
    """
    environment = desk.environment
    touched = environment.orders.unsettled(account)
    Settling(desk).wind_up(touched)
    listed = environment.broker.open_orders()
    orphans = cancel_orphans(desk, orphans_among(desk, listed))
    since = _since(touched, (*environment.executions.all_open(account), *(one for one in (begun,) if one)))
    if since is not None:
        adopted = environment.fills.record(environment.broker.fills_since(since))
        LOG.info("own orders settled", orders=len(touched), adopted_fills=adopted)
    return Settlement(environment.orders.unsettled(account), orphans)


def _since(touched: tuple[LedgerOrder, ...], begun: tuple[Execution, ...]) -> datetime | None:
    instants = [*(order.created_at for order in touched), *(one.opened_at for one in begun)]
    return min(instants) - CLOCK_TOLERANCE if instants else None
