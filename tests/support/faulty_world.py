"""A whole look-alike with an account, a small market and faults, served over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import requests
from requests.adapters import HTTPAdapter
from support.bars import long_bars
from support.trading import BEFORE_CLOSE, CALENDAR, PRICES, TestFeed, unhurried

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.look_alike.fault_plan import FaultPlan
from alchemiser_dagster.look_alike.full_app import make_full_app
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.serving import running
from alchemiser_dagster.look_alike.world import World

KEY, SECRET = "look-alike-key", "look-alike-secret"


class SmallFeed(TestFeed):
    """Prices that a test sets; every session before closed at the same ones."""

    __test__ = False

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        sessions = [session for session in CALENDAR.sessions if first <= session <= last]
        return long_bars({name: dict.fromkeys(sessions, PRICES[name]) for name in symbols if name in PRICES})


@dataclass
class FaultyWorld:
    """A world, and a client of it that retries nothing."""

    world: World
    address: str = ""

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.mount("http://", HTTPAdapter(max_retries=0))
        self.session.headers.update({"APCA-API-KEY-ID": KEY, "APCA-API-SECRET-KEY": SECRET})

    def ask(self, method: str, path: str, timeout: float = 5, **more: Any) -> requests.Response:
        return self.session.request(
            method, self.address + path, timeout=timeout, allow_redirects=False, **more
        )

    def plan(self, plan: FaultPlan | None = None, *faults: object) -> Any:
        text = plan.model_dump_json() if plan else json.dumps({"faults": faults})
        answer = self.ask("POST", "/sim/faults", data=text)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(
        self, client_order_id: str = "mine", quantity: str = "10", timeout: float = 5, **more: str
    ) -> requests.Response:
        fields = {"symbol": "AAA", "side": "buy", "time_in_force": "day", "qty": quantity, **more}
        fields |= {"client_order_id": client_order_id, "type": "limit" if "limit_price" in more else "market"}
        return self.ask("POST", "/v2/orders", timeout, json=fields)

    def orders(self) -> list[Any]:
        return list(
            self.ask("GET", "/v2/orders", params={"status": "all", "limit": 500, "direction": "asc"}).json()
        )

    def wind(self, seconds: float) -> None:
        self.ask("POST", "/sim/clock", json={"advance_seconds": seconds})

    def counts(self) -> list[int]:
        """Return how often each fault of the plan has fired."""
        return [count["fired"] for count in self.ask("GET", "/sim/faults").json()["faults"]]


def make_world(folder: Path, rules: SimulationRules | None = None) -> World:
    database = unhurried(Database(f"sqlite:///{folder / 'look_alike.db'}"))
    tables.metadata.create_all(database.engine)
    clock = ScriptedClock(BEFORE_CLOSE)
    world = World(database, SmallFeed(clock), CALENDAR, clock, rules or SimulationRules())
    world.reset(Decimal(100_000), {"BBB": Decimal(100)})
    return world


@contextmanager
def faulty_world(folder: Path, rules: SimulationRules | None = None) -> Iterator[FaultyWorld]:
    """Yield a served world whose account has 100,000 dollars and 100 shares of BBB."""
    world = make_world(folder, rules)
    with running(make_full_app(world)) as address:
        served = FaultyWorld(world, address)
        yield served
        served.session.close()
    world.database.close()
