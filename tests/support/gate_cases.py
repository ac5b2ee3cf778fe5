"""Cases for the guards of the risk gate: one order, what was let through before it, and the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from support.trading import ACCOUNT, BEFORE_CLOSE, SESSION, line_at

from alchemiser_dagster.ledger.admissions import AdmittedOrder
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.order import BrokerOrder, OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.account_view import AccountView
from alchemiser_dagster.risk.order_case import OrderCase
from alchemiser_dagster.risk.session_use import SessionUse
from alchemiser_dagster.settings.risk import RiskSettings

LIMITS = RiskSettings(max_trades_per_symbol=5, max_turnover=Decimal(4), max_orders=3_000)
CASH = Decimal(100_000)


def order(name: str = "new", **fields: object) -> LedgerOrder:
    """Return an order to buy 100 AAA at 100, sent a moment ago."""
    usual = LedgerOrder(
        client_order_id=name,
        broker_order_id=None,
        plan_id="plan",
        line_id="line",
        account=ACCOUNT,
        session=SESSION,
        symbol="AAA",
        side=Side.BUY,
        attempt=1,
        quantity=Decimal(100),
        order_type=OrderType.LIMIT,
        limit_price=Decimal(100),
        time_in_force=TimeInForce.DAY,
        decision_price=Decimal(100),
        state=OrderState.SENT,
        filled_quantity=Decimal(0),
        average_price=None,
        detail="",
        correlation_id="correlation-1",
        created_at=BEFORE_CLOSE,
        updated_at=BEFORE_CLOSE,
    )
    return replace(usual, **fields)


def admitted(name: str, price: str = "100", **fields: object) -> AdmittedOrder:
    return AdmittedOrder(order(name, **fields), Decimal(price))


def ended(name: str, filled: str, price: str = "100", **fields: object) -> AdmittedOrder:
    """Return an order that was canceled when so much was filled."""
    known = {"state": OrderState.CANCELED, "filled_quantity": Decimal(filled), **fields}
    return admitted(name, price, **known)


def done(name: str, filled: str = "100", **fields: object) -> AdmittedOrder:
    """Return an order that was filled at 100."""
    amount = Decimal(filled)
    known = {"state": OrderState.FILLED, "filled_quantity": amount, "average_price": Decimal(100), **fields}
    return admitted(name, **known)


def view(
    cash: Decimal = CASH,
    held: Mapping[str, tuple[str, str]] | None = None,
    filled: Mapping[str, Decimal] | None = None,
    open_orders: Iterable[BrokerOrder] = (),
    buying_power: Decimal | None = None,
) -> AccountView:
    """Return a look at an account; what is held is quantity and price by symbol."""
    positions = {
        symbol: _position(symbol, Decimal(quantity), Decimal(price))
        for symbol, (quantity, price) in (held or {}).items()
    }
    account = BrokerAccount(
        account=ACCOUNT,
        status="ACTIVE",
        currency="USD",
        cash=cash,
        buying_power=cash if buying_power is None else buying_power,
        equity=cash,
        trading_blocked=False,
        account_blocked=False,
        trade_suspended_by_user=False,
    )
    return AccountView(
        BEFORE_CLOSE, account, positions, tuple(open_orders), timedelta(0), is_open=True, filled=filled or {}
    )


def case(
    asked: LedgerOrder | None = None,
    before: Iterable[AdmittedOrder] = (),
    seen: AccountView | None = None,
    line: str = "100",
    **limits: object,
) -> OrderCase:
    """Return the case of an order of a line for so many shares at 100."""
    judged = asked or order()
    return OrderCase(
        order=judged,
        line=line_at(100.0, judged.symbol, judged.side, Decimal(line)),
        asset=AssetInfo(symbol=judged.symbol, tradable=True, fractionable=True),
        view=seen or view(),
        use=SessionUse(tuple(before)),
        limits=LIMITS.model_copy(update=limits),
        locked={},
    )


def listed(symbol: str, side: Side, quantity: str, client_order_id: str = "of-somebody-else") -> BrokerOrder:
    """Return an open order as the broker lists it."""
    return BrokerOrder(
        broker_order_id=f"broker-{client_order_id}",
        client_order_id=client_order_id,
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        filled_quantity=Decimal(0),
        average_price=None,
        order_type=OrderType.LIMIT,
        limit_price=Decimal(100),
        state=OrderState.ACKNOWLEDGED,
        raw_status="new",
        submitted_at=BEFORE_CLOSE,
    )


def _position(symbol: str, quantity: Decimal, price: Decimal) -> Position:
    return Position(
        symbol=symbol,
        quantity=quantity,
        quantity_available=quantity,
        average_entry_price=price,
        market_price=price,
        market_value=quantity * price,
    )
