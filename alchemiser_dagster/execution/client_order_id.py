"""Client order ids: derived from what an order is for, so that a repeat is the same id (R-19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.values import Side, Symbol

PREFIX = "alch-"
DIGITS = 32


@dataclass(frozen=True)
class OrderKey:
    """What an order is for.

    Parameters
    ----------
    leg
        Which part of the line; a line that is sent as one order has leg 1 only.
    attempt
        Which try at the leg; the first is 1.
    """

    account: str
    session: date
    plan_id: str
    symbol: Symbol
    side: Side
    attempt: int
    leg: int = 1


def client_order_id(key: OrderKey) -> str:
    """Return the id of the order with the key: 37 characters, the same every time."""
    digest = derived_id(
        key.account,
        key.session.isoformat(),
        key.plan_id,
        key.symbol,
        key.side.value,
        str(key.leg),
        str(key.attempt),
        length=DIGITS,
    )
    return f"{PREFIX}{digest}"


def is_ours(order_id: str) -> bool:
    """Return whether the client order id was made here."""
    return order_id.startswith(PREFIX)
