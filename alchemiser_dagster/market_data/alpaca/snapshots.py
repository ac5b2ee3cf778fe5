"""The newest prices of many symbols, from one request for their snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alchemiser_dagster.broker.alpaca.parsing.quotes import snapshots_of
from alchemiser_dagster.broker.alpaca.payload import instant_of, object_of, price_of
from alchemiser_dagster.market_data.alpaca.data_reader import DataReader
from alchemiser_dagster.market_data.alpaca.wire_names import groups_of
from alchemiser_dagster.market_data.alpaca.wire_times import day_of
from alchemiser_dagster.market_data.source import Vantage

if TYPE_CHECKING:
    from alchemiser_dagster.sessions import TradingCalendar

SNAPSHOTS_PATH = "/stocks/snapshots"
CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far this machine's clock may be behind the exchange's."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """A price in dollars, and the time that it carries."""

    price: float
    at: datetime


def read_snapshots(reader: DataReader, names: Mapping[str, str], feed: str) -> Iterator[tuple[str, object]]:
    """Yield each symbol in our spelling with its snapshot, None where Alpaca has none.

    Raises
    ------
    BrokerError
        There is no answer, or it is no set of snapshots.
    """
    for group in groups_of(names):
        answer = snapshots_of(reader.get(SNAPSHOTS_PATH, {"symbols": ",".join(group), "feed": feed}))
        yield from ((symbol, answer.get(name)) for name, symbol in group.items())


def price_in(snapshot: object, vantage: Vantage, calendar: TradingCalendar) -> Stamped | None:
    """Return the price of the vantage's session, or None where the snapshot has none that can be used.

    While the session runs it is the last trade since its open, once it is over the close of its daily bar: a
    trade before the open or after the close says nothing of the session.
    """
    if vantage.observed_at == calendar.close_of(vantage.session):
        bar = stamped(snapshot, "dailyBar", "c")
        is_its_own = bar is not None and day_of(bar.at) == vantage.session
        return Stamped(bar.price, vantage.observed_at) if bar and is_its_own else None
    trade = stamped(snapshot, "latestTrade", "p")
    latest = vantage.observed_at + CLOCK_TOLERANCE
    if trade is None or not calendar.open_of(vantage.session) <= trade.at <= latest:
        return None
    return Stamped(trade.price, min(trade.at, vantage.observed_at))


def stamped(snapshot: object, part: str, key: str) -> Stamped | None:
    """Return the price of a part of a snapshot; None where it, or its time, is missing or makes no sense."""
    found = (object_of(snapshot) or {}).get(part)
    fields = object_of(found) or {}
    price, at = price_of(fields.get(key)), instant_of(fields.get("t"))
    return None if price is None or at is None else Stamped(float(price), at)
