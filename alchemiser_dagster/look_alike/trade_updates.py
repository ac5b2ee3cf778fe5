"""What happened to orders between two looks at the account, as the events that Alpaca's stream tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.queries import FillReport
from alchemiser_dagster.broker.simulated.status import (
    ACCEPTED,
    CANCELED,
    EXPIRED,
    FILLED,
    NEW,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_NEW,
    PENDING_REPLACE,
    REJECTED,
    REPLACED,
)
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.values import Side, Symbol

UNACKNOWLEDGED = frozenset({PENDING_NEW, ACCEPTED})
NEVER_NEW = UNACKNOWLEDGED | {REJECTED}
SAID_AS_THEY_ARE = NEVER_NEW | {CANCELED, EXPIRED, REPLACED, PENDING_CANCEL, PENDING_REPLACE}
LIVES_ON = frozenset({NEW, PARTIALLY_FILLED, FILLED})
AVERAGE_STEP = Decimal("0.000000001")


@dataclass(frozen=True)
class Picture:
    """An account at one instant: its orders by the broker's id, its fills in their order, its shares."""

    orders: Mapping[str, SimulatedOrder]
    fills: Sequence[FillReport]
    holdings: Mapping[Symbol, Decimal]


@dataclass(frozen=True)
class TradeUpdate:
    """One event of an order's life.

    Parameters
    ----------
    order
        The order as it was then.
    fill, position
        The shares that changed hands, and how many are held after it; None where the event is no fill.
    """

    event: str
    order: SimulatedOrder
    at: datetime
    fill: FillReport | None = None
    position: Decimal | None = None

    @property
    def execution_id(self) -> str:
        """The event's own id."""
        return self.fill.fill.fill_id if self.fill else derived_id(self.order.broker_order_id, self.event)


@dataclass(frozen=True)
class Life:
    """One order between two looks.

    Parameters
    ----------
    old, new
        The order as it was, None where it is new, and as it is.
    fills
        What filled.
    predecessor
        The order whose place it is to take, if any.
    """

    old: SimulatedOrder | None
    new: SimulatedOrder
    fills: Sequence[FillReport]
    predecessor: SimulatedOrder | None

    def updates(self, positions: Mapping[str, Decimal]) -> Iterator[TradeUpdate]:
        """Return what happened, in its order."""
        was, now = self.old.status if self.old else None, self.new.status
        if (was is None or was in UNACKNOWLEDGED) and now not in NEVER_NEW:
            yield self._acknowledged()
        yield from (self._filled(one, positions[one.fill.fill_id]) for one in self.fills)
        if now != was and now in SAID_AS_THEY_ARE:
            yield TradeUpdate(now, self.new, self._changed_at)
        if was is PENDING_CANCEL and now in LIVES_ON:
            yield TradeUpdate("order_cancel_rejected", self.new, self._changed_at)
        if now != was and now is REJECTED and self.predecessor is not None:
            yield TradeUpdate("order_replace_rejected", self.predecessor, self._changed_at)

    @property
    def _changed_at(self) -> datetime:
        return self.new.updated_at or self.new.submitted_at

    def _acknowledged(self) -> TradeUpdate:
        first = self.fills[0].fill.filled_at if self.fills else self._changed_at
        at = self.new.submitted_at if self.old is None else first
        order = replace(
            self.new,
            status=NEW,
            filled_quantity=Decimal(0),
            average_price=None,
            replaced_by=None,
            updated_at=at,
        )
        return TradeUpdate("new", order, at)

    def _filled(self, report: FillReport, position: Decimal) -> TradeUpdate:
        is_last, at = not report.leaves_quantity, report.fill.filled_at
        order = replace(
            self.new,
            status=FILLED if is_last else PARTIALLY_FILLED,
            filled_quantity=report.cumulative_quantity,
            average_price=self._average_until(report),
            updated_at=at,
            replaced_by=None,
        )
        return TradeUpdate("fill" if is_last else "partial_fill", order, at, report, position)

    def _average_until(self, last: FillReport) -> Decimal:
        before = self.old.filled_quantity if self.old else Decimal(0)
        average = (self.old.average_price if self.old else None) or Decimal(0)
        fills = [one.fill for one in self.fills[: self.fills.index(last) + 1]]
        paid = before * average + sum((fill.quantity * fill.price for fill in fills), Decimal(0))
        return (paid / last.cumulative_quantity).quantize(AVERAGE_STEP)


def updates_between(before: Picture, after: Picture) -> tuple[TradeUpdate, ...]:
    """Return what happened, in the order of time; at one instant, in the order of submission."""
    known = {one.fill.fill_id for one in before.fills}
    fills = [one for one in after.fills if one.fill.fill_id not in known]
    positions = _positions(fills, after.holdings)
    lives = [_life(order, before, after, fills) for order in after.orders.values()]
    updates = [update for life in lives for update in life.updates(positions)]
    return tuple(sorted(updates, key=lambda update: update.at))


def _life(order: SimulatedOrder, before: Picture, after: Picture, fills: Sequence[FillReport]) -> Life:
    return Life(
        old=before.orders.get(order.broker_order_id),
        new=order,
        fills=[one for one in fills if one.fill.broker_order_id == order.broker_order_id],
        predecessor=after.orders.get(order.replaces or ""),
    )


def _positions(fills: Sequence[FillReport], holdings: Mapping[Symbol, Decimal]) -> dict[str, Decimal]:
    """Return how many shares were held after each fill, going back from what is held now."""
    held = dict(holdings)
    positions = {}
    for fill in (one.fill for one in reversed(fills)):
        positions[fill.fill_id] = held.get(fill.symbol, Decimal(0))
        change = fill.quantity if fill.side is Side.BUY else -fill.quantity
        held[fill.symbol] = positions[fill.fill_id] - change
    return positions
