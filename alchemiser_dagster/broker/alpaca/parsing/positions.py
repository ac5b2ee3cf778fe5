"""What is held: shares, long. Anything else stops the run, because it can't be weighed against a target."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.broker.alpaca.parsing.fields import Fields, fields_of, items_of
from alchemiser_dagster.broker.alpaca.payload import decimal_of, price_of, quantity_of, symbol_of, text_of
from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.records.account import Position

SHARES = "us_equity"
OWN_ACCOUNT = "Close it by hand, or trade on an account that holds nothing else"


def positions_of(value: object) -> tuple[Position, ...]:
    """Return what is held, sorted by symbol."""
    found = (position_of(item) for item in items_of("the list of positions", value))
    return tuple(sorted(found, key=lambda position: position.symbol))


def position_of(value: object) -> Position:
    """Return one position.

    Shares that came without a cost, from a spin-off say, have an entry price of 0 at Alpaca; their market
    price stands for it.
    """
    symbol = fields_of("a position", value).need("symbol", symbol_of)
    fields = fields_of(f"the position in {symbol}", value)
    _require_shares(symbol, fields)
    quantity = fields.need("qty", quantity_of)
    price = _market_price(fields)
    return Position(
        symbol=symbol,
        quantity=quantity,
        quantity_available=max(fields.need("qty_available", decimal_of), Decimal(0)),
        average_entry_price=fields.take("avg_entry_price", price_of) or price,
        market_price=price,
        market_value=fields.need("market_value", decimal_of),
    )


def _market_price(fields: Fields) -> Decimal:
    price = fields.take("current_price", price_of)
    return price if price is not None else fields.need("lastday_price", price_of)


def _require_shares(symbol: str, fields: Fields) -> None:
    kind = fields.take("asset_class", text_of) or SHARES
    if kind != SHARES:
        raise RiskError(f"the account holds {symbol}, which is {kind}, not shares", remedy=OWN_ACCOUNT)
    quantity = fields.need("qty", decimal_of)
    if quantity < 0 or fields.take("side", text_of) == "short":
        raise RiskError(f"the account is short of {symbol}", remedy=OWN_ACCOUNT)
