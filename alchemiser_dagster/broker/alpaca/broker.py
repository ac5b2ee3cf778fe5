"""Alpaca as the broker of an account.

Reads are repeated where that helps, and strict about what they read. What changes an order is sent once, and
each failure says whether the order may exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote as quoted

from alchemiser_dagster.broker.alpaca.interface import Client
from alchemiser_dagster.broker.alpaca.lookups import (
    find_activities,
    find_assets,
    find_fills,
    find_quotes,
    get_or_none,
)
from alchemiser_dagster.broker.alpaca.paging import order_pages
from alchemiser_dagster.broker.alpaca.parsing.account import account_number_of, account_of
from alchemiser_dagster.broker.alpaca.parsing.market_clock import clock_of
from alchemiser_dagster.broker.alpaca.parsing.orders import Expected, order_of, require_order
from alchemiser_dagster.broker.alpaca.parsing.positions import positions_of
from alchemiser_dagster.broker.alpaca.parsing.quotes import NEW_YORK
from alchemiser_dagster.broker.alpaca.payload import object_of
from alchemiser_dagster.broker.alpaca.symbols import to_alpaca
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import OrderFateUnknownError, RiskError
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest
from alchemiser_dagster.settings.choices import DataFeed


@dataclass(frozen=True)
class AlpacaTerms:
    """Which account is traded, and on which quotes.

    Parameters
    ----------
    account
        Name of the account in the books; in live mode its number at Alpaca.
    is_live
        Whether real money is traded, so that the account's number has to be the one that is meant.
    """

    account: str = field(repr=False)
    is_live: bool
    quote_feed: DataFeed


class AlpacaBroker:
    """An account at Alpaca.

    Parameters
    ----------
    trading, data
        Clients that send each request that changes an order once, and repeat reads.
    """

    def __init__(self, trading: Client, data: Client, terms: AlpacaTerms, clock: Clock) -> None:
        self._trading = trading
        self._data = data
        self._terms = terms
        self._clock = clock

    def account(self) -> BrokerAccount:
        """Return cash, buying power, equity and flags.

        Raises
        ------
        RiskError
            If real money is traded and the keys belong to another account than the one that is meant.
        """
        answer = self._trading.get("/account")
        if self._terms.is_live and account_number_of(answer) != self._terms.account:
            raise RiskError(
                "the keys belong to another account than the one that is to be traded",
                where="alpaca.key_id",
                remedy="Use the keys of the account whose number is set, or set the number of theirs",
            )
        return account_of(answer, self._terms.account)

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol; raise `RiskError` where that is not shares, long."""
        return positions_of(self._trading.get("/positions"))

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol; one that Alpaca doesn't know is absent."""
        return find_assets(self._trading, symbols)

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return best bid and ask of each symbol, and its last close; one without a quote is absent."""
        today = self._clock.now().astimezone(NEW_YORK).date()
        return find_quotes(self._data, symbols, self._terms.quote_feed, today)

    def clock(self) -> MarketClock:
        """Return Alpaca's own time and whether the market is open."""
        return clock_of(self._trading.get("/clock"))

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        """Return all orders that can still fill, ours and others'."""
        return order_pages(self._trading, "open", None, self._clock.now())

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order with the id, or None where Alpaca itself says that there is none."""
        query = {"client_order_id": client_order_id}
        answer = get_or_none(self._trading, "/orders:by_client_order_id", query)
        if answer is None:
            return None
        return require_order(answer, Expected(self._clock.now(), client_order_id=client_order_id))

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        """Return all orders submitted at or after the instant, whatever became of them."""
        orders = order_pages(self._trading, "all", instant, self._clock.now())
        return tuple(order for order in orders if order.submitted_at >= instant)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return all fills at or after the instant, in the order in which they happened."""
        return find_fills(self._trading, instant, self._clock.now())

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        """Return what happened besides trades on or after the New York date, oldest first."""
        return find_activities(self._trading, day)

    def await_turn(self) -> None:
        """Wait until the limit of requests lets this thread's next one through, and keep the turn for it."""
        self._trading.await_turn()

    def submit(self, request: OrderRequest) -> BrokerOrder:
        """Place an order, once.

        What the answer lacks is taken from the request, and the state is unknown then.
        """
        body: dict[str, object] = {
            "symbol": to_alpaca(request.symbol),
            "qty": decimal_text(request.quantity),
            "side": request.side.value,
            "type": request.order_type.value,
            "time_in_force": request.time_in_force.value,
            "client_order_id": request.client_order_id,
            "extended_hours": False,
        }
        if request.limit_price is not None:
            body["limit_price"] = decimal_text(request.limit_price)
        expected = Expected(
            at=self._clock.now(),
            client_order_id=request.client_order_id,
            symbol=request.symbol,
            side=request.side,
            quantity=request.quantity,
            order_type=request.order_type,
            limit_price=request.limit_price,
        )
        return _accepted(self._trading.post("/orders", body), expected)

    def cancel(self, broker_order_id: str) -> None:
        """Ask for an order to be canceled; success doesn't mean that it is."""
        self._trading.delete(f"/orders/{quoted(broker_order_id, safe='')}")

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Ask for an order to be replaced; return the new one. A quantity that is not named stays."""
        body: dict[str, object] = {
            "limit_price": decimal_text(change.limit_price),
            "client_order_id": change.client_order_id,
        }
        if change.quantity is not None:
            body["qty"] = decimal_text(change.quantity)
        expected = Expected(
            at=self._clock.now(),
            client_order_id=change.client_order_id,
            quantity=change.quantity,
            limit_price=change.limit_price,
        )
        return _accepted(self._trading.patch(f"/orders/{quoted(broker_order_id, safe='')}", body), expected)


def decimal_text(number: Decimal) -> str:
    """Return the number as it goes over the wire: plain digits, without an exponent or zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _accepted(answer: object, expected: Expected) -> BrokerOrder:
    order = None if object_of(answer) is None else order_of(answer, expected)
    if order is None:
        raise OrderFateUnknownError(
            "the broker accepted the request, but its answer says nothing of the order",
            remedy="The broker has to be asked for the order by its client order id",
        )
    return order
