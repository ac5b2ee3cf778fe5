"""Books and facts, each thing found by its id, and fills sorted by whose they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from alchemiser_dagster.reconciliation.books import BookedOrder, Books, BrokerFacts
from alchemiser_dagster.records.order import BrokerOrder, Fill

IsOwn = Callable[[str], bool]


@dataclass(frozen=True)
class Evidence:
    """Everything that is compared.

    Parameters
    ----------
    is_own_id
        Whether a client order id has the form of ours.
    """

    books: Books
    facts: BrokerFacts
    session: date
    is_own_id: IsOwn

    @cached_property
    def booked_orders(self) -> Mapping[str, BookedOrder]:
        """The ledger's orders by client order id."""
        return {order.client_order_id: order for order in self.books.ledger_orders}

    @cached_property
    def broker_orders(self) -> Mapping[str, BrokerOrder]:
        """The broker's orders by the broker's id, open ones of earlier sessions included."""
        orders = (*self.facts.orders, *self.facts.open_orders)
        return {order.broker_order_id: order for order in orders}

    @cached_property
    def reported_orders(self) -> Mapping[str, BrokerOrder]:
        """The broker's orders by client order id."""
        return {order.client_order_id: order for order in self.broker_orders.values()}

    @cached_property
    def booked_fills(self) -> Mapping[str, Fill]:
        """The ledger's fills by fill id."""
        return {fill.fill_id: fill for fill in self.books.ledger_fills}

    @cached_property
    def broker_fills(self) -> Mapping[str, Fill]:
        """The broker's fills by fill id."""
        return {fill.fill_id: fill for fill in self.facts.fills}

    @cached_property
    def own_fills(self) -> tuple[Fill, ...]:
        """The broker's fills of orders that are in the ledger."""
        booked = self.booked_orders
        return tuple(fill for fill in self.broker_fills.values() if fill.client_order_id in booked)

    @cached_property
    def other_fills(self) -> tuple[Fill, ...]:
        """The broker's fills of orders that are not in the ledger."""
        booked = self.booked_orders
        return tuple(fill for fill in self.broker_fills.values() if fill.client_order_id not in booked)

    @cached_property
    def unlisted_fills(self) -> tuple[Fill, ...]:
        """The ledger's fills that the broker should list and does not."""
        listed, since = self.broker_fills.keys(), self.facts.since
        return tuple(
            fill
            for fill in self.booked_fills.values()
            if fill.fill_id not in listed and fill.filled_at >= since
        )

    @cached_property
    def held(self) -> Mapping[str, Decimal]:
        """What the broker says is held, by symbol."""
        return {position.symbol: position.quantity for position in self.facts.positions}

    def is_contained(self, fill: Fill, opened_at: datetime) -> bool:
        """Return whether the fill was in the account when the books were opened.

        A fill of an order that was written down after that is not, whatever the broker's clock says.
        """
        order = self.booked_orders.get(fill.client_order_id)
        return fill.filled_at < opened_at and (order is None or order.created_at < opened_at)


def total_by(fills: Iterable[Fill], key: Callable[[Fill], str]) -> Mapping[str, Decimal]:
    """Return the sum of the fills' quantities for each value of the key."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        totals[key(fill)] += fill.quantity
    return totals
