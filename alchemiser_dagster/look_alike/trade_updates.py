"""What happened to orders between two looks at the account, as the events that Alpaca's stream tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.look_alike.kept_fills import KeptFill
from alchemiser_dagster.look_alike.kept_orders import KeptOrder
from alchemiser_dagster.records.values import Side, Symbol

UNACKNOWLEDGED = frozenset({"pending_new", "accepted"})
NEVER_NEW = frozenset({"pending_new", "accepted", "rejected"})
SAID_AS_THEY_ARE = UNACKNOWLEDGED | {
    "canceled",
    "expired",
    "replaced",
    "rejected",
    "pending_cancel",
    "pending_replace",
}
LIVES_ON = frozenset({"new", "partially_filled", "filled"})
AVERAGE_STEP = Decimal("0.000000001")


@dataclass(frozen=True)
class Picture:
    """An account at one instant: its orders by the broker's id, its fills in their order, its shares."""

    orders: Mapping[str, KeptOrder]
    fills: Sequence[KeptFill]
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
    order: KeptOrder
    at: datetime
    fill: KeptFill | None = None
    position: Decimal | None = None

    @property
    def execution_id(self) -> str:
        """The event's own id."""
        return self.fill.fill_id if self.fill else derived_id(self.order.broker_order_id, self.event)


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

    old: KeptOrder | None
    new: KeptOrder
    fills: Sequence[KeptFill]
    predecessor: KeptOrder | None

    def updates(self, positions: Mapping[str, Decimal]) -> Iterator[TradeUpdate]:
        """Return what happened, in its order."""
        was, now = self.old.status if self.old else None, self.new.status
        if (was is None or was in UNACKNOWLEDGED) and now not in NEVER_NEW:
            yield self._acknowledged()
        yield from (self._filled(fill, positions[fill.fill_id]) for fill in self.fills)
        if now != was and now in SAID_AS_THEY_ARE:
            yield TradeUpdate(now, self.new, self.new.updated_at)
        if was == "pending_cancel" and now in LIVES_ON:
            yield TradeUpdate("order_cancel_rejected", self.new, self.new.updated_at)
        if now != was and now == "rejected" and self.predecessor is not None:
            yield TradeUpdate("order_replace_rejected", self.predecessor, self.new.updated_at)

    def _acknowledged(self) -> TradeUpdate:
        first = self.fills[0].filled_at if self.fills else self.new.updated_at
        at = self.new.submitted_at if self.old is None else first
        order = replace(
            self.new,
            status="new",
            filled_quantity=Decimal(0),
            average_price=None,
            filled_at=None,
            replaced_by=None,
            updated_at=at,
        )
        return TradeUpdate("new", order, at)

    def _filled(self, fill: KeptFill, position: Decimal) -> TradeUpdate:
        order = replace(
            self.new,
            status="partially_filled" if fill.left else "filled",
            filled_quantity=fill.cumulated,
            average_price=self._average_until(fill),
            filled_at=fill.filled_at,
            updated_at=fill.filled_at,
            replaced_by=None,
        )
        return TradeUpdate("partial_fill" if fill.left else "fill", order, fill.filled_at, fill, position)

    def _average_until(self, last: KeptFill) -> Decimal:
        before = self.old.filled_quantity if self.old else Decimal(0)
        average = (self.old.average_price if self.old else None) or Decimal(0)
        fills = self.fills[: self.fills.index(last) + 1]
        paid = before * average + sum((fill.quantity * fill.price for fill in fills), Decimal(0))
        return (paid / last.cumulated).quantize(AVERAGE_STEP)


def updates_between(before: Picture, after: Picture) -> tuple[TradeUpdate, ...]:
    """Return what happened, in the order of time; at one instant, in the order of submission."""
    known = {fill.fill_id for fill in before.fills}
    fills = [fill for fill in after.fills if fill.fill_id not in known]
    positions = _positions(fills, after.holdings)
    lives = [_life(order, before, after, fills) for order in after.orders.values()]
    updates = [update for life in lives for update in life.updates(positions)]
    return tuple(sorted(updates, key=lambda update: update.at))


def _life(order: KeptOrder, before: Picture, after: Picture, fills: Sequence[KeptFill]) -> Life:
    return Life(
        old=before.orders.get(order.broker_order_id),
        new=order,
        fills=[fill for fill in fills if fill.broker_order_id == order.broker_order_id],
        predecessor=after.orders.get(order.replaces or ""),
    )


def _positions(fills: Sequence[KeptFill], holdings: Mapping[Symbol, Decimal]) -> dict[str, Decimal]:
    """Return how many shares were held after each fill, going back from what is held now."""
    held = dict(holdings)
    positions = {}
    for fill in reversed(fills):
        positions[fill.fill_id] = held.get(fill.symbol, Decimal(0))
        change = fill.quantity if fill.side == Side.BUY else -fill.quantity
        held[fill.symbol] = positions[fill.fill_id] - change
    return positions
