"""A broker at a scripted server, and answers as Alpaca words them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import SecretStr

from alchemiser_dagster.broker.alpaca.broker import AlpacaBroker, AlpacaTerms
from alchemiser_dagster.broker.alpaca.client import GuardedDataClient, GuardedTradingClient
from alchemiser_dagster.broker.alpaca.keys import AccountKeys
from alchemiser_dagster.broker.alpaca.wire import Wire, WireTerms
from alchemiser_dagster.clock import Clock, StandingClock
from alchemiser_dagster.records.order import OrderRequest, OrderType
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import DataFeed
from alchemiser_dagster.settings.sections import AlpacaSettings

KEY_ID = "PKTESTKEYTESTKEYTEST"
SECRET_KEY = "s3cretS3cretS3cretS3cretS3cretS3cretS3cr"  # noqa: S105 - opens nothing
ACCOUNT_NUMBER = "PA3ALPACATEST"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SHORT = 0.3

KEYS = AlpacaSettings(key_id=SecretStr(KEY_ID), secret_key=SecretStr(SECRET_KEY))


def new_clock() -> StandingClock:
    return StandingClock(NOON)


def new_wire(url: str, clock: Clock, timeout: float = SHORT) -> Wire:
    secrets = (SECRET_KEY, KEY_ID, ACCOUNT_NUMBER)
    return Wire(WireTerms(url, timeout, secrets), AccountKeys(KEYS), clock)


@dataclass(frozen=True)
class Terms:
    """What a test may choose of its broker."""

    account: str = "paper"
    is_live: bool = False
    feed: DataFeed = DataFeed.IEX
    timeout: float = SHORT


def new_broker(url: str, clock: Clock | None = None, terms: Terms | None = None) -> AlpacaBroker:
    """Return a broker whose trading and data are at one address, on a clock that stands."""
    clock, terms = clock or new_clock(), terms or Terms()
    trading = GuardedTradingClient(new_wire(url, clock, terms.timeout), clock)
    data = GuardedDataClient(new_wire(url, clock, terms.timeout), clock)
    return AlpacaBroker(trading, data, AlpacaTerms(terms.account, terms.is_live, terms.feed), clock)


def limit_buy(symbol: str = "SPY", client_order_id: str = "alc-1") -> OrderRequest:
    return OrderRequest(
        client_order_id=client_order_id,
        symbol=symbol,
        side=Side.BUY,
        quantity=Decimal("1.5"),
        order_type=OrderType.LIMIT,
        limit_price=Decimal("410.10"),
    )


def order_json(**changes: object) -> dict[str, object]:
    """Return an order in Alpaca's words."""
    return {
        "id": "61e69015-8549-4bfd-b9c3-01e75843f47d",
        "client_order_id": "alc-1",
        "created_at": "2026-03-03T17:00:00.123456789Z",
        "updated_at": "2026-03-03T17:00:00.123456789Z",
        "submitted_at": "2026-03-03T17:00:00.123456789Z",
        "filled_at": None,
        "expired_at": None,
        "canceled_at": None,
        "failed_at": None,
        "replaced_at": None,
        "replaced_by": None,
        "replaces": None,
        "asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
        "symbol": "SPY",
        "asset_class": "us_equity",
        "notional": None,
        "qty": "1.5",
        "filled_qty": "0.5",
        "filled_avg_price": "410.05",
        "order_class": "",
        "order_type": "limit",
        "type": "limit",
        "side": "buy",
        "time_in_force": "day",
        "limit_price": "410.1",
        "stop_price": None,
        "status": "partially_filled",
        "extended_hours": False,
        "legs": None,
    } | changes


def account_json(**changes: object) -> dict[str, object]:
    """Return an account in Alpaca's words, without the fields that were removed in 2026."""
    return {
        "id": "e6fe16f3-64a4-4921-8928-cadf02f92f98",
        "account_number": ACCOUNT_NUMBER,
        "status": "ACTIVE",
        "currency": "USD",
        "cash": "1000.25",
        "buying_power": "2000.5",
        "equity": "5000.75",
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
    } | changes


def position_json(**changes: object) -> dict[str, object]:
    """Return a position in Alpaca's words."""
    return {
        "asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
        "symbol": "SPY",
        "exchange": "ARCA",
        "asset_class": "us_equity",
        "qty": "5.5",
        "qty_available": "4.5",
        "avg_entry_price": "400.0",
        "side": "long",
        "market_value": "2255.55",
        "current_price": "410.1",
        "lastday_price": "409.2",
    } | changes
