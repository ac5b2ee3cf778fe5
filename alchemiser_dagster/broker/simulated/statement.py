"""The account and its positions as one look finds them, at true prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.broker.simulated.floor import Floor
from alchemiser_dagster.broker.simulated.holds import held_shares
from alchemiser_dagster.broker.simulated.order import Holding
from alchemiser_dagster.broker.simulated.situation import free_cash
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.values import Symbol


def account_of(floor: Floor, last_equity: Decimal | None) -> BrokerAccount:
    """Return cash, buying power (never below 0), equity at mid prices, the value that is told, the flags."""
    rules, cash = floor.market.rules, floor.book.cash()
    value = sum((position.market_value for position in positions_of(floor)), Decimal(0))
    return BrokerAccount(
        account=rules.account,
        status=rules.account_status,
        currency="USD",
        cash=cash,
        buying_power=max(free_cash(floor, floor.open_orders), Decimal(0)),
        equity=cash + value,
        trading_blocked=rules.trading_blocked,
        account_blocked=rules.account_blocked,
        trade_suspended_by_user=rules.trade_suspended_by_user,
        last_equity=last_equity,
    )


def positions_of(floor: Floor) -> tuple[Position, ...]:
    """Return what is held, sorted by symbol."""
    held = held_shares(floor.open_orders)
    return tuple(_position(floor, holding, held) for holding in floor.book.holdings())


def _position(floor: Floor, holding: Holding, held: Mapping[Symbol, Decimal]) -> Position:
    price = floor.market.quote(holding.symbol).mid
    return Position(
        symbol=holding.symbol,
        quantity=holding.quantity,
        quantity_available=holding.quantity - held.get(holding.symbol, Decimal(0)),
        average_entry_price=holding.average_entry_price,
        market_price=price,
        market_value=to_cent(holding.quantity * price),
    )
