"""A look-alike over a real socket, with prices that a test sets and an account that a test chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import requests
from support.trading import BEFORE_CLOSE, CALENDAR, TestFeed, unhurried

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.look_alike.app import make_app
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.serving import running
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.market_data.schema import empty_bars, typed_bars
from alchemiser_dagster.market_data.source import vantage_of
from alchemiser_dagster.records.market import ProvisionalPrice

KEY, SECRET = "look-alike-key", "look-alike-secret"
HEADERS = {"APCA-API-KEY-ID": KEY, "APCA-API-SECRET-KEY": SECRET}


class SetMarket(TestFeed):
    """Prices that a test sets; the close of a session is its day of the month in dollars."""

    __test__ = False

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        return super().latest_prices(symbols) if vantage_of(CALENDAR, self.clock) else ()

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        sealed = min(last, CALENDAR.last_complete(self.clock.now()))
        rows = [
            {
                "symbol": symbol,
                "session": pd.Timestamp(session),
                "open": session.day - 0.5,
                "high": session.day + 1.0,
                "low": session.day - 1.0,
                "close": float(session.day),
                "volume": 1000.0,
                "source": "test",
            }
            for symbol in sorted(set(symbols))
            if symbol in self.prices
            for session in CALENDAR.between(first, sealed)
        ]
        return typed_bars(pd.DataFrame(rows)) if rows else empty_bars()

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        before = CALENDAR.previous(CALENDAR.session_at(self.clock.now()))
        return {symbol: float(before.day) for symbol in symbols if symbol in self.prices}


@dataclass
class Served:
    """A served world and a plain client of it, which retries nothing."""

    world: World
    market: SetMarket
    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=10, **{"headers": HEADERS, **more})

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, symbol: str = "AAA", **fields: Any) -> requests.Response:
        usual = {"symbol": symbol, "side": "buy", "type": "market", "time_in_force": "day"}
        size = {} if "notional" in fields else {"qty": "1"}
        return self.ask("POST", "/v2/orders", json={**usual, **size, **fields})

    def resting(self, symbol: str = "AAA", limit: str = "1", **fields: Any) -> Any:
        """Place a limit far from the market."""
        answer = self.order(symbol, type="limit", limit_price=limit, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def served(
    folder: Path,
    rules: SimulationRules | None = None,
    terms: Terms | None = None,
    holdings: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Yield a world a quarter of an hour before a close; its account has 100,000 dollars and the holdings."""
    database = unhurried(Database(f"sqlite:///{folder / 'look_alike.db'}"))
    tables.metadata.create_all(database.engine)
    clock = ScriptedClock(BEFORE_CLOSE)
    market = SetMarket(clock)
    world = World(database, market, CALENDAR, clock, rules or SimulationRules(), terms=terms)
    world.reset(Decimal(100_000), {symbol: Decimal(held) for symbol, held in (holdings or {}).items()})
    with running(make_app(world)) as url:
        one = Served(world, market, url)
        yield one
        one.session.close()
    database.close()
