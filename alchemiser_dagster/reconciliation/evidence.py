"""Books and facts, each thing found by its id, and fills sorted by whose they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
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
        """The broker's orders by client order id, open ones of earlier sessions included."""
        orders = (*self.facts.orders, *self.facts.open_orders)
        return {order.client_order_id: order for order in orders}

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
        """The broker's fills of our orders."""
        return tuple(fill for fill in self.broker_fills.values() if self.is_own(fill.client_order_id))

    @cached_property
    def foreign_fills(self) -> tuple[Fill, ...]:
        """The broker's fills of orders that are not ours."""
        return tuple(fill for fill in self.broker_fills.values() if not self.is_own(fill.client_order_id))

    @cached_property
    def unlisted_fills(self) -> tuple[Fill, ...]:
        """The ledger's fills that the broker does not list."""
        listed = self.broker_fills.keys()
        return tuple(fill for fill in self.booked_fills.values() if fill.fill_id not in listed)

    def is_own(self, client_order_id: str) -> bool:
        """Return whether the order is ours: in the ledger, or of the form of our ids."""
        return client_order_id in self.booked_orders or self.is_own_id(client_order_id)

    def counted(self, fills: Iterable[Fill]) -> tuple[Fill, ...]:
        """Return the fills that changed the account after the baseline was taken.

        A fill of an order in the ledger always counts: the order was sent after the baseline was taken.
        """
        baseline = self.books.baseline
        return tuple(
            fill
            for fill in fills
            if fill.client_order_id in self.booked_orders
            or (baseline is not None and fill.filled_at >= baseline.taken_at)
        )


def total_by(fills: Iterable[Fill], key: Callable[[Fill], str]) -> Mapping[str, Decimal]:
    """Return the sum of the fills' quantities for each value of the key."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        totals[key(fill)] += fill.quantity
    return totals
