"""The account at one instant, as the guards see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.order import BrokerOrder
from alchemiser_dagster.records.values import Symbol


@dataclass(frozen=True)
class AccountView:
    """Money, shares and open orders, and what the broker's clock said.

    Parameters
    ----------
    taken_at
        When, on our clock.
    skew
        How far the broker's clock was from ours.
    is_open
        Whether the broker's market was open.
    filled
        How far the session's orders were filled before the look, by client order id: money and shares show
        so much of them already.
    """

    taken_at: datetime
    account: BrokerAccount
    positions: Mapping[Symbol, Position]
    open_orders: tuple[BrokerOrder, ...]
    skew: timedelta
    is_open: bool
    filled: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def invested(self) -> Decimal:
        """Value of all positions, in dollars."""
        return sum((position.market_value for position in self.positions.values()), Decimal(0))

    @property
    def equity(self) -> Decimal:
        """Cash and positions together, in dollars."""
        return self.account.cash + self.invested

    def held(self, symbol: Symbol) -> Decimal:
        """Return the shares that are held."""
        position = self.positions.get(symbol)
        return position.quantity if position else Decimal(0)


def look_at(reader: AccountReader, clock: Clock, filled: Mapping[str, Decimal]) -> AccountView:
    """Ask the broker for all of it, now; `filled` must have been read before."""
    theirs, ours = reader.clock(), clock.now()
    return AccountView(
        taken_at=ours,
        positions={position.symbol: position for position in reader.positions()},
        account=reader.account(),
        open_orders=reader.open_orders(),
        skew=abs(theirs.now - ours),
        is_open=theirs.is_open,
        filled=filled,
    )
