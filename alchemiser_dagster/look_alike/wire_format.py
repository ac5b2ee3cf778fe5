"""Orders, positions, assets and the account as Alpaca writes them: numbers are texts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.look_alike.question import Json
from alchemiser_dagster.look_alike.wire_values import (
    account_id,
    asset_id,
    instant_text,
    number_text,
    optional_id,
    optional_instant,
    optional_number,
    wire_id,
)
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.market import AssetInfo

EXCHANGE, ASSET_CLASS = "NASDAQ", "us_equity"
RATIO_STEP = Decimal("0.000000001")

Fields = dict[str, Json]


def order_json(order: SimulatedOrder, expires_at: datetime) -> Fields:
    """Return an order; `expires_at` is the close of its session."""
    kind = order.order_type
    return {
        "id": wire_id(order.broker_order_id),
        "client_order_id": order.client_order_id,
        "created_at": instant_text(order.submitted_at),
        "updated_at": instant_text(order.updated_at or order.submitted_at),
        "submitted_at": instant_text(order.submitted_at),
        "filled_at": optional_instant(order.filled_at),
        "expired_at": optional_instant(order.expired_at),
        "expires_at": instant_text(expires_at),
        "canceled_at": optional_instant(order.canceled_at),
        "failed_at": optional_instant(order.failed_at),
        "replaced_at": optional_instant(order.replaced_at),
        "replaced_by": optional_id(order.replaced_by),
        "replaces": optional_id(order.replaces),
        "asset_id": asset_id(order.symbol),
        "symbol": order.symbol,
        "asset_class": ASSET_CLASS,
        "notional": None,
        "qty": number_text(order.quantity),
        "filled_qty": number_text(order.filled_quantity),
        "filled_avg_price": optional_number(order.average_price),
        "order_class": "",
        "order_type": kind,
        "type": kind,
        "side": order.side,
        "position_intent": f"{order.side}_to_{'open' if order.side == 'buy' else 'close'}",
        "time_in_force": order.time_in_force,
        "limit_price": optional_number(order.limit_price),
        "stop_price": None,
        "status": order.status,
        "extended_hours": False,
        "legs": None,
        "trail_percent": None,
        "trail_price": None,
        "hwm": None,
        "subtag": None,
        "source": None,
    }


def account_json(account: BrokerAccount, opened_at: datetime, balance: date) -> Fields:
    """Return the account; `balance` is the session whose close its last equity stands for."""
    cash, equity = number_text(account.cash), number_text(account.equity)
    buying_power = number_text(account.buying_power)
    return {
        "id": account_id(account.account),
        "account_number": account.account,
        "status": account.status,
        "crypto_status": "INACTIVE",
        "currency": account.currency,
        "cash": cash,
        "portfolio_value": equity,
        "equity": equity,
        "last_equity": optional_number(account.last_equity),
        "long_market_value": number_text(account.equity - account.cash),
        "short_market_value": "0",
        "position_market_value": number_text(account.equity - account.cash),
        "initial_margin": "0",
        "maintenance_margin": "0",
        "last_maintenance_margin": "0",
        "sma": "0",
        "multiplier": "1",
        "buying_power": buying_power,
        "effective_buying_power": buying_power,
        "regt_buying_power": buying_power,
        "non_marginable_buying_power": buying_power,
        "options_buying_power": "0",
        "accrued_fees": "0",
        "pending_transfer_in": "0",
        "pending_transfer_out": "0",
        "trading_blocked": account.trading_blocked,
        "transfers_blocked": False,
        "account_blocked": account.account_blocked,
        "trade_suspended_by_user": account.trade_suspended_by_user,
        "shorting_enabled": False,
        "created_at": instant_text(opened_at),
        "balance_asof": balance.isoformat(),
        "admin_configurations": {},
        "user_configurations": None,
    }


def position_json(position: Position, last_close: Decimal | None) -> Fields:
    """Return a position; without a close of the session before, nothing has changed today."""
    before = last_close or position.market_price
    cost = position.quantity * position.average_entry_price
    gain, today = position.market_value - cost, position.quantity * (position.market_price - before)
    return {
        "asset_id": asset_id(position.symbol),
        "symbol": position.symbol,
        "exchange": EXCHANGE,
        "asset_class": ASSET_CLASS,
        "asset_marginable": False,
        "qty": number_text(position.quantity),
        "qty_available": number_text(position.quantity_available),
        "avg_entry_price": number_text(position.average_entry_price),
        "side": "long",
        "market_value": number_text(position.market_value),
        "cost_basis": number_text(cost),
        "unrealized_pl": number_text(gain),
        "unrealized_plpc": _ratio(gain, cost),
        "unrealized_intraday_pl": number_text(today),
        "unrealized_intraday_plpc": _ratio(today, position.quantity * before),
        "current_price": number_text(position.market_price),
        "lastday_price": number_text(before),
        "change_today": _ratio(position.market_price - before, before),
    }


def asset_json(asset: AssetInfo) -> Fields:
    """Return an asset."""
    return {
        "id": asset_id(asset.symbol),
        "class": ASSET_CLASS,
        "exchange": EXCHANGE,
        "symbol": asset.symbol,
        "name": f"{asset.symbol} of the look-alike",
        "status": "active",
        "tradable": asset.tradable,
        "marginable": False,
        "maintenance_margin_requirement": 100,
        "margin_requirement_long": "100",
        "margin_requirement_short": "100",
        "shortable": False,
        "easy_to_borrow": False,
        "fractionable": asset.fractionable,
        "attributes": [],
    }


def _ratio(part: Decimal, whole: Decimal) -> str:
    return number_text((part / whole).quantize(RATIO_STEP)) if whole else "0"
