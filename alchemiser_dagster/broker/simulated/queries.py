"""What may be asked of the embedded broker beyond the protocol: the wire needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side, Symbol


class Ending(StrEnum):
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
    after, until
        Only orders submitted later than the one, and earlier than the other; None: no bound.
    symbols, side
        Only these; empty and None: all.
    limit
        How many at most; None: all.
    newest_first
        Whether the latest order comes first.
    """

    status: Ending = Ending.OPEN
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
