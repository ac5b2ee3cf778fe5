"""A look-alike with chosen prices over a real socket, and all that stands before it: settings, wire, ledger.

`served_here` serves in a thread, `served_apart` in a process of its own, for tests that fork or kill.
Both yield a `LookAlike`, changed through `/sim/…` alone; `AlpacaBench` is one trading process in front of it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from support.chosen_market import ChosenMarket, QuickCalendar
from support.trading import (
    BEFORE_CLOSE,
    CALENDAR,
    DIRECT,
    GENEROUS,
    PRICES,
    SESSION,
    WINDOW,
    envelope_for,
    keep_origins,
    plan_of,
    unhurried,
)

from alchemiser_dagster.broker.alpaca.broker import AlpacaBroker
from alchemiser_dagster.broker.alpaca.connection import AlpacaConnection, connect
from alchemiser_dagster.broker.alpaca.look_alike_clock import LookAlikeClock
from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.look_alike.full_app import make_full_app
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.serving import base_url, listen, running, serve
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.risk.permit import TradingPermit
from alchemiser_dagster.settings.choices import BrokerClock
from alchemiser_dagster.settings.sections import AlpacaSettings
from alchemiser_dagster.settings.tree import Settings

ACCOUNT = "paper"
TERMS = Terms()
KEYS = {
    "APCA-API-KEY-ID": TERMS.key_id.get_secret_value(),
    "APCA-API-SECRET-KEY": TERMS.secret_key.get_secret_value(),
}
WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
ACCEPTED = range(200, 300)
CASH = Decimal(100_000)
FOREVER = 10.0


def make_world(folder: Path, prices: Mapping[str, float], terms: Terms = TERMS) -> World:
    """Return a world that stands a quarter of an hour before the close; its books lie in the folder."""
    database = unhurried(Database(f"sqlite:///{folder / 'look_alike.db'}"))
    tables.metadata.create_all(database.engine)
    clock = ScriptedClock(BEFORE_CLOSE)
    market, calendar = ChosenMarket(clock, prices), QuickCalendar(CALENDAR.first, CALENDAR.last)
    return World(database, market, calendar, clock, SimulationRules(), terms=terms)


@dataclass(frozen=True)
class LookAlike:
    """The look-alike at an address, as anybody can change and ask it over the wire."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def reset(self, cash: Decimal = CASH, holdings: Mapping[str, str] | None = None) -> None:
        """Begin anew, a quarter of an hour before the close."""
        start = {"cash": str(cash), "holdings": dict(holdings or {}), "at": BEFORE_CLOSE.isoformat()}
        self.ask("POST", "/sim/reset", start)

    def change_rules(self, **fields: object) -> None:
        """Change rules, given as JSON has them: `cancel_after="PT1S"`."""
        self.ask("POST", "/sim/rules", fields)

    def plan_faults(self, *faults: Mapping[str, object]) -> None:
        """Let requests, the market or the stream go wrong."""
        self.ask("POST", "/sim/faults", {"faults": list(faults)})

    def heal(self) -> None:
        """Let nothing more go wrong."""
        self.ask("DELETE", "/sim/faults")

    def state(self) -> Mapping[str, Any]:
        """Return the account as its books have it; nothing fills meanwhile."""
        return dict(self.ask("GET", "/sim/state"))

    def held(self) -> dict[str, Decimal]:
        return {symbol: Decimal(held) for symbol, held in self.state()["positions"].items()}

    def cash(self) -> Decimal:
        return Decimal(self.state()["cash"])

    def requests(self) -> tuple[Mapping[str, Any], ...]:
        """Return what was asked, oldest first; `decided` is what the broker's side said."""
        return tuple(self.ask("GET", "/sim/requests"))

    def accepted(self) -> list[str]:
        """Return the client order id of each order, or replacement of one, that was accepted."""
        return [
            str(asked["client_order_id"])
            for asked in self.requests()
            if asked["method"] in {"POST", "PATCH"}
            and asked["path"].startswith("/v2/orders")
            and asked["decided"] in ACCEPTED
        ]

    def orders(self) -> tuple[Mapping[str, Any], ...]:
        """Return all orders, as the wire tells them; a look at the market."""
        return tuple(self.ask("GET", "/v2/orders?status=all&direction=asc&limit=500&nested=false"))

    def fills(self) -> tuple[Mapping[str, Any], ...]:
        """Return the last hundred fills, oldest first, as the wire tells them; a look at the market."""
        return tuple(self.ask("GET", "/v2/account/activities/FILL?direction=asc&page_size=100"))

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.session.request(
            method, self.address + path, json=body, headers=KEYS, timeout=FOREVER, allow_redirects=False
        )
        assert answer.ok, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None


@contextmanager
def served_here(
    folder: Path, prices: Mapping[str, float] = PRICES, terms: Terms = TERMS
) -> Iterator[LookAlike]:
    """Serve a look-alike in a thread."""
    world = make_world(folder, prices, terms)
    with running(make_full_app(world)) as address, requests.Session() as session:
        yield LookAlike(address, session)
    world.database.close()


@contextmanager
def served_apart(
    folder: Path, prices: Mapping[str, float] = PRICES, terms: Terms = TERMS, *, by_fork: bool = False
) -> Iterator[LookAlike]:
    """Serve a look-alike in a process of its own; forked, which is quick, only where no thread runs."""
    processes = multiprocessing.get_context("fork" if by_fork else "spawn")
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=_serve, args=(folder, dict(prices), terms, there), daemon=True)
    process.start()
    there.close()
    try:
        with requests.Session() as session:
            yield LookAlike(here.recv(), session)
    finally:
        process.terminate()
        process.join(FOREVER)
        assert process.exitcode is not None, "the look-alike did not end"


def _serve(folder: Path, prices: Mapping[str, float], terms: Terms, there: Connection) -> None:
    listening = listen("127.0.0.1", 0)
    app = make_full_app(make_world(folder, prices, terms))
    there.send(base_url(listening))
    serve(app, listening)


@dataclass
class AlpacaBench:
    """One trading process: its ledger in a folder, its broker at the look-alike.

    `http` sends the requests; `as_database` and `as_clock` may wrap what the process writes to and waits on.
    """

    folder: Path
    look_alike: LookAlike
    rules: ExecutionRules = DIRECT
    http: HTTPAdapter | None = None
    as_database: Callable[[str], Database] = Database
    as_clock: Callable[[str], Clock] = LookAlikeClock
    timeout_seconds: int = 5

    @cached_property
    def settings(self) -> Settings:
        return Settings(
            mode=Mode.PAPER,
            account=ACCOUNT,
            data_dir=self.folder,
            alpaca=AlpacaSettings(
                key_id=SecretStr(KEYS["APCA-API-KEY-ID"]),
                secret_key=SecretStr(KEYS["APCA-API-SECRET-KEY"]),
                base_url=self.look_alike.address,
                clock=BrokerClock.LOOK_ALIKE,
                timeout_seconds=self.timeout_seconds,
            ),
        )

    @cached_property
    def clock(self) -> Clock:
        return self.as_clock(self.look_alike.address)

    @cached_property
    def database(self) -> Database:
        path = self.folder / "ledger.db"
        is_new = not path.exists()
        database = unhurried(self.as_database(f"sqlite:///{path}"))
        if is_new:
            tables.metadata.create_all(database.engine)
            keep_origins(database)
        return database

    @cached_property
    def connection(self) -> AlpacaConnection:
        return connect(self.settings, self.clock, self.http)

    @cached_property
    def broker(self) -> AlpacaBroker:
        return self.connection.broker(ACCOUNT)

    @cached_property
    def environment(self) -> ExecutionEnvironment:
        return self.environment_with(self.broker)

    def environment_with(self, broker: Broker) -> ExecutionEnvironment:
        return ExecutionEnvironment(
            self.database, broker, self.clock, self.rules, self.folder / "locks", GENEROUS
        )

    def permit(self, session: date = SESSION) -> TradingPermit:
        return TradingPermit(session, CALENDAR, self.clock, self.broker, WINDOW)

    def plan(self, *lines: PlanLine, sequence: int = 1) -> RebalancePlan:
        """Return a plan for the account as it is now."""
        return plan_of(*lines, cash=self.look_alike.cash(), sequence=sequence, account=ACCOUNT)

    def execute(self, plan: RebalancePlan) -> ExecutionResult:
        envelope = envelope_for("result").model_copy(update={"account": ACCOUNT})
        return execute_plan(plan, self.environment, self.permit(plan.session), envelope)

    def now(self) -> datetime:
        return self.clock.now()

    def close(self) -> None:
        """Let go of what was opened, as a process does that ends."""
        self.database.close()
        self.connection.close()
