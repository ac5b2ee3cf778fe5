"""Read the whole account at one instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.account import AccountSnapshot, BrokerAccount, Position, ReferencePrice
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.values import Mode

ACTIVITY_DAYS: Final = timedelta(days=14)
"""How far back the activities go that a snapshot lists: what came before is in it without a word."""


@dataclass(frozen=True)
class SnapshotRequest:
    """What a snapshot is taken for: the wanted symbols are priced beside those that are held.

    `takes_any_price` values a position without a two-sided quote as the broker does, for whoever sells all.
    """

    session: date
    mode: Mode
    wanted: tuple[str, ...]
    sequence: int
    takes_any_price: bool = False


def take_snapshot(
    reader: AccountReader, request: SnapshotRequest, clock: Clock, envelope: Envelope
) -> AccountSnapshot:
    """Return money, positions, open orders, recent activities, a price for each symbol held or wanted.

    A symbol is valued at the middle of a two-sided quote; one without such a quote has no price here, unless
    any is taken, and the comparison refuses it by name (R-03, R-30).

    Raises
    ------
    BrokerError
        If the account may not trade.
    """
    account = reader.account()
    require_tradable(account)
    positions = reader.positions()
    symbols = _sorted_union(request.wanted, (position.symbol for position in positions))
    return AccountSnapshot(
        envelope=envelope,
        session=request.session,
        mode=request.mode,
        taken_at=clock.now(),
        account=account,
        positions=positions,
        open_orders=reader.open_orders(),
        prices=_prices(reader.quotes(symbols), positions if request.takes_any_price else (), clock.now()),
        assets=reader.assets(symbols),
        sequence=request.sequence,
        activities=reader.activities_since(request.session - ACTIVITY_DAYS),
    )


def _prices(
    quotes: Iterable[Quote], positions: Iterable[Position], now: datetime
) -> tuple[ReferencePrice, ...]:
    held = {
        position.symbol: ReferencePrice(symbol=position.symbol, price=position.market_price, observed_at=now)
        for position in positions
    }
    quoted = {
        quote.symbol: ReferencePrice(symbol=quote.symbol, price=quote.mid, observed_at=quote.observed_at)
        for quote in quotes
        if quote.is_two_sided
    }
    prices = held | quoted
    return tuple(prices[symbol] for symbol in sorted(prices))


def require_tradable(account: BrokerAccount) -> None:
    """Raise `BrokerError` where the account's status or one of its flags forbids trading."""
    if account.obstacles:
        raise BrokerError(
            f"the account can't trade: {', '.join(account.obstacles)}",
            where="account",
            remedy="See the broker's dashboard; nothing was sent",
        )


def _sorted_union(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))
