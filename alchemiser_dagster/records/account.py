"""What the account is, at one instant."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.order import BrokerOrder
from alchemiser_dagster.records.values import Instant, Mode, Money, Price, Quantity, Symbol


class Position(Frozen):
    """Shares held. `quantity_available` leaves out what open sells hold."""

    symbol: Symbol
    quantity: Quantity
    quantity_available: Quantity
    average_entry_price: Price
    market_price: Price
    market_value: Money


class BrokerAccount(Frozen):
    """Cash and flags of the account, as the broker reports them.

    `last_equity` is the account's value at the close of the session before; None where nobody says.
    """

    account: str
    status: str
    currency: str
    cash: Money
    buying_power: Money
    equity: Money
    trading_blocked: bool
    account_blocked: bool
    trade_suspended_by_user: bool
    last_equity: Money | None = None

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Why the account can't trade: empty where it can."""
        flags = {
            f"its status is {self.status}": self.status != "ACTIVE",
            "trading is blocked": self.trading_blocked,
            "the account is blocked": self.account_blocked,
            "trading is suspended by the user": self.trade_suspended_by_user,
        }
        return tuple(reason for reason, holds in flags.items() if holds)


class ReferencePrice(Frozen):
    """The price at which a symbol is valued in comparison and plan."""

    symbol: Symbol
    price: Price
    observed_at: Instant


class AccountSnapshot(Record):
    """The account before the plan: money, positions, own and foreign open orders.

    Parameters
    ----------
    prices, assets
        For every symbol that is held or wanted (R-03), sorted by symbol.
    sequence
        Number of the plan to be made: one more than the plans begun for the account in this session.
    activities
        What the broker listed of the last days besides trades; what it tells of is in money and positions.
    """

    kind: ClassVar[str] = "account_snapshot"

    mode: Mode
    taken_at: Instant
    account: BrokerAccount
    positions: tuple[Position, ...]
    open_orders: tuple[BrokerOrder, ...]
    prices: tuple[ReferencePrice, ...]
    assets: tuple[AssetInfo, ...]
    sequence: int = Field(ge=1)
    activities: tuple[Activity, ...] = ()
