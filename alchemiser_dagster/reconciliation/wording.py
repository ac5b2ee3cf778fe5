"""Orders, fills and numbers in words: equal things have equal words, so breaks keep their ids."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.portfolio.arithmetic import plain
from alchemiser_dagster.reconciliation.books import BookedOrder
from alchemiser_dagster.records.order import BrokerOrder, Fill


def number(value: Decimal) -> str:
    """Return a number without exponent or trailing zeros."""
    return f"{plain(value):f}"


def signed(value: Decimal) -> str:
    """Return a number with its sign."""
    return f"{plain(value):+f}"


def order_in_words(order: BookedOrder | BrokerOrder) -> str:
    """Return what an order is for, how far it is filled, and its state."""
    done = f"{number(order.filled_quantity)} of {number(order.quantity)}"
    return f"{order.side} {order.symbol}, {done} filled, {order.state}"


def fill_in_words(fill: Fill) -> str:
    """Return what was traded, at what price, for which order."""
    terms = f"{fill.side} {number(fill.quantity)} {fill.symbol} at {number(fill.price)}"
    return f"{terms}, order {fill.client_order_id}"
