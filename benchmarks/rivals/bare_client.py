"""The same walk as one writes it first with alpaca-py alone: an order at a time, each asked for by its id.

The clock is the look-alike's; a look at all open orders is taken once a second of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import StockLatestQuoteRequest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest

from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side

STEPS = (0.5, 0.75, 0.95)
STEP_SECONDS = 10


@dataclass
class BareClient:
    """Trades lines with the client as its makers show it."""

    trading: TradingClient
    data: StockHistoricalDataClient
    sleep: Callable[[float], object]

    def trade(self, lines: Sequence[PlanLine]) -> None:
        """Sell, then buy: each line at the middle, then nearer to the far side, then at the market."""
        for side in (Side.SELL, Side.BUY):
            left = {line.symbol: line.quantity for line in lines if line.side is side}
            for fraction in (*STEPS, None):
                if left:
                    left = self._step(side, left, fraction)

    def _step(self, side: Side, left: dict[str, Decimal], fraction: float | None) -> dict[str, Decimal]:
        quotes = self.data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=list(left)))
        working = {}
        for symbol, quantity in left.items():
            quote = quotes[symbol]
            order_side = OrderSide.SELL if side is Side.SELL else OrderSide.BUY
            terms = {
                "symbol": symbol,
                "qty": float(quantity),
                "side": order_side,
                "time_in_force": TimeInForce.DAY,
            }
            if fraction is None:
                request = MarketOrderRequest(**terms)
            else:
                way = fraction * (quote.ask_price - quote.bid_price)
                price = quote.ask_price - way if side is Side.SELL else quote.bid_price + way
                request = LimitOrderRequest(**terms, limit_price=round(price, 2))
            working[symbol] = self.trading.submit_order(request).id
        return self._watched(working, left)

    def _watched(self, working: dict[str, object], left: dict[str, Decimal]) -> dict[str, Decimal]:
        missing = dict(left)
        for _second in range(STEP_SECONDS):
            for symbol in list(missing):
                order = self.trading.get_order_by_id(working[symbol])
                if order.status == "filled":
                    del missing[symbol]
            if not missing:
                return {}
            self.sleep(1)
        for symbol in missing:
            self.trading.cancel_order_by_id(working[symbol])
            order = self.trading.get_order_by_id(working[symbol])
            missing[symbol] = left[symbol] - Decimal(order.filled_qty)
        return missing
