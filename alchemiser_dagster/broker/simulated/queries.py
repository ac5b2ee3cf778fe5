"""What may be asked of the embedded broker beyond the protocol: the wire needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, not_

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.status import OPEN_STATUSES
from alchemiser_dagster.ledger.tables import simulated_orders
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side, Symbol

IS_OPEN = simulated_orders.c.status.in_([status.value for status in OPEN_STATUSES])


class Listing(StrEnum):
    """Which orders are listed: those that can still fill, those that can't, or both."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True)
class OrderQuery:
    """Which of the account's orders are listed.

    Parameters
    ----------
    status
        Whether open or ended orders are wanted.
    since, after, until
        Only orders submitted at or after the first, after the second, before the third; None: no bound.
    symbols, side
        Only these; empty and None: all.
    limit
        How many at most; None: all.
    newest_first
        Whether the latest order comes first.
    """

    status: Listing = Listing.OPEN
    since: datetime | None = None
    after: datetime | None = None
    until: datetime | None = None
    symbols: tuple[Symbol, ...] = ()
    side: Side | None = None
    limit: int | None = None
    newest_first: bool = False


@dataclass(frozen=True)
class FillReport:
    """A fill beside its order.

    Parameters
    ----------
    order
        The order as it is now.
    cumulative_quantity, leaves_quantity
        What the order had filled and not filled once this fill was done.
    """

    fill: Fill
    order: SimulatedOrder
    cumulative_quantity: Decimal
    leaves_quantity: Decimal


def conditions_of(query: OrderQuery) -> tuple[ColumnElement[bool], ...]:
    """Return what a row of `simulated_orders` must fulfil to be asked for."""
    columns = simulated_orders.c
    by_status = {Listing.OPEN: (IS_OPEN,), Listing.CLOSED: (not_(IS_OPEN),), Listing.ALL: ()}
    return (
        *by_status[query.status],
        *((columns.submitted_at >= query.since,) if query.since else ()),
        *((columns.submitted_at > query.after,) if query.after else ()),
        *((columns.submitted_at < query.until,) if query.until else ()),
        *((columns.symbol.in_(query.symbols),) if query.symbols else ()),
        *((columns.side == query.side.value,) if query.side else ()),
    )


def with_totals(fills: Iterable[Fill], orders: Mapping[str, SimulatedOrder]) -> Iterator[FillReport]:
    """Yield each fill beside its order and the running totals; no fill of an order may lack."""
    filled: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        order = orders[fill.broker_order_id]
        filled[fill.broker_order_id] += fill.quantity
        total = filled[fill.broker_order_id]
        yield FillReport(fill, order, total, order.quantity - total)
