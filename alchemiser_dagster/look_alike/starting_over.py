"""An account that begins anew, in the embedded broker's tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.ledger.tables import (
    simulated_accounts,
    simulated_fills,
    simulated_orders,
    simulated_positions,
)
from alchemiser_dagster.records.values import Symbol

if TYPE_CHECKING:
    from alchemiser_dagster.look_alike.world import World

TABLES = (simulated_fills, simulated_orders, simulated_positions, simulated_accounts)


def start_over(world: World, cash: Decimal, holdings: Mapping[Symbol, Decimal]) -> None:
    """Give the world's account this cash and these shares, at their latest price, and take all else away."""
    costs = _costs(world, holdings)
    account = world.rules.account
    with world.database.transaction() as connection:
        _empty(connection, account)
        opened = {"account": account, "cash": to_cent(cash), "opened_at": world.clock.now()}
        connection.execute(insert(simulated_accounts).values(**opened))
        for symbol, quantity in holdings.items():
            held = {
                "account": account,
                "symbol": symbol,
                "quantity": quantity,
                "average_entry_price": costs[symbol],
            }
            connection.execute(insert(simulated_positions).values(**held))


def _costs(world: World, holdings: Mapping[Symbol, Decimal]) -> dict[Symbol, Decimal]:
    latest = world.prices.latest_prices(tuple(holdings))
    costs = {price.symbol: Decimal(repr(price.price)) for price in latest}
    for symbol in holdings:
        if symbol not in costs:
            raise BrokerError("the market has no price for what is to be held", where=symbol)
    return costs


def _empty(connection: Connection, account: str) -> None:
    for table in TABLES:
        connection.execute(delete(table).where(table.c.account == account))
