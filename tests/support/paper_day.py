"""A folder whose day is traded on a look-alike: `mode = "paper"`, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr
from support.command import Shown, alchemiser, working_folder

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.look_alike.fault_plan import AnyFault, FaultPlan
from alchemiser_dagster.look_alike.full_app import make_full_app
from alchemiser_dagster.look_alike.request_log import Entry
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.serving import running
from alchemiser_dagster.look_alike.steady_market import SteadyMarket
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.market_data.simulated.market import SimulatedMarket
from alchemiser_dagster.sessions import TradingCalendar

CALENDAR = TradingCalendar()
KEY_ID = "PKLOOKALIKELOOKALIKE"
SECRET_KEY = "sesame-sesame-of-the-look-alike-0123456"  # noqa: S105 - invented
ACCOUNT_NUMBER = "PA3SESAME7NUMBER9"
KEYS = {"ALCHEMISER_ALPACA__KEY_ID": KEY_ID, "ALCHEMISER_ALPACA__SECRET_KEY": SECRET_KEY}
TERMS = Terms(key_id=SecretStr(KEY_ID), secret_key=SecretStr(SECRET_KEY))
SETTINGS = """mode = "paper"

[alpaca]
base_url = "{address}"
clock = "look-alike"
timeout_seconds = {timeout}
{more}
"""
HISTORY = """
[market_data]
history_start = 2023-06-01
"""
WRITES = ("POST", "PATCH", "PUT", "DELETE")


def before_close(session: str, minutes: int = 15) -> datetime:
    """Return the instant some minutes before the session's close."""
    return CALENDAR.close_of(datetime.fromisoformat(session).date()) - timedelta(minutes=minutes)


@dataclass
class PaperDay:
    """A folder, and the look-alike at which its settings point."""

    folder: Path
    world: World
    address: str

    def run(self, *options: str, **environment: str) -> Shown:
        """Run the day in this process."""
        return self.command("run", *options, **environment)

    def command(self, *arguments: str, **environment: str) -> Shown:
        """Run a command in this process, with the keys in the environment."""
        return alchemiser(self.folder, *arguments, **{**KEYS, **environment})

    def settle(self, more: str = HISTORY, address: str | None = None, timeout: int = 10) -> None:
        """Write the settings, with more lines at their end."""
        text = SETTINGS.format(address=address or self.address, more=more, timeout=timeout)
        (self.folder / "alchemiser.toml").write_text(text, encoding="utf-8")

    @property
    def requests(self) -> Sequence[Entry]:
        """All that was asked of the look-alike."""
        return self.world.log.entries()

    @property
    def writes(self) -> list[Entry]:
        """The requests that would change something."""
        return [entry for entry in self.requests if entry.method in WRITES]

    @property
    def submitted(self) -> list[str]:
        """The client order ids of the orders that were sent and accepted, in order."""
        return [
            str(entry.told()["client_order_id"])  # type: ignore[call-overload,index]
            for entry in self.writes
            if entry.method == "POST" and entry.decided == 200
        ]

    @property
    def cash(self) -> Decimal:
        """The account's cash at the look-alike."""
        return self.world.venue.account().cash

    @property
    def positions(self) -> dict[str, Decimal]:
        """The account's shares at the look-alike."""
        return {position.symbol: position.quantity for position in self.world.venue.positions()}


@contextmanager
def paper_day(
    at: datetime,
    *faults: AnyFault,
    terms: Terms = TERMS,
    more: str = HISTORY,
) -> Iterator[PaperDay]:
    """Yield a day at a look-alike that stands at the instant, with an untouched account."""
    with working_folder() as own, working_folder() as folder:
        world = make_world(own, at, terms)
        with running(make_full_app(world, FaultPlan(faults=faults))) as address:
            day = PaperDay(folder, world, address)
            day.settle(more)
            yield day
        world.database.close()


def make_world(folder: Path, at: datetime, terms: Terms = TERMS) -> World:
    """Return a world whose books lie in the folder."""
    database = Database(f"sqlite:///{folder / 'look-alike.sqlite'}")
    migrate(database)
    clock = ScriptedClock(at)
    market = SteadyMarket(SimulatedMarket(7, CALENDAR, clock), CALENDAR, clock)
    return World(database, market, CALENDAR, clock, SimulationRules(account=ACCOUNT_NUMBER), terms=terms)
