"""A world as the settings describe it, for as long as somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from alchemiser_dagster.broker.simulated.chosen_rules import simulation_rules
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import BrokerError, ConfigurationError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.look_alike.market import Market
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.steady_market import SteadyMarket
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import BarSourceName

LEAD = timedelta(minutes=15)
FAR_SIDE = Decimal(1)


@dataclass(frozen=True)
class Beginning:
    """How a world begins.

    Parameters
    ----------
    at
        What its clock shows first.
    runs
        Whether the clock goes on by itself.
    cash
        What the account begins with; None: what the settings say, or what the database has.
    holdings
        Shares that the account begins with. Where these or the cash are given, the account begins anew.
    database
        File in which the account is kept; None: it is gone with the world.
    symbols
        What the list of assets names from the start.
    terms
        Who is let in, and how often.
    """

    at: datetime
    runs: bool = False
    cash: Decimal | None = None
    holdings: Mapping[Symbol, Decimal] = field(default_factory=dict)
    database: Path | None = None
    symbols: Iterable[Symbol] = ()
    terms: Terms = field(default_factory=Terms)


def before_close(calendar: TradingCalendar, session: date) -> datetime:
    """Return the instant a quarter of an hour before the session's close."""
    return calendar.close_of(session) - LEAD


@contextmanager
def opened(settings: Settings, calendar: TradingCalendar, beginning: Beginning) -> Iterator[World]:
    """Yield the world that the settings and the beginning describe.

    Its market is the simulated one, or the file of bars that the settings name.

    Raises
    ------
    ConfigurationError
        If a share is to be held that the market doesn't have, or the database's folder can't be made.
    StorageError
        If the database can't be written.
    """
    with TemporaryDirectory(prefix="alchemiser-look-alike-") as folder:
        file = beginning.database or Path(folder) / "account.sqlite"
        database = Database(f"sqlite:///{file}")
        migrate(database)
        try:
            yield _world(settings, calendar, beginning, database)
        finally:
            database.close()


def _world(settings: Settings, calendar: TradingCalendar, beginning: Beginning, database: Database) -> World:
    clock = ScriptedClock(beginning.at, runs=beginning.runs)
    world = World(
        database,
        SteadyMarket(_market(settings, calendar, clock), calendar, clock),
        calendar,
        clock,
        simulation_rules(settings).model_copy(update={"meets_at": FAR_SIDE}),
        terms=beginning.terms,
        symbols=beginning.symbols,
    )
    with world.venue.book() as book:
        is_new = book.opened_at() is None
    if is_new or beginning.cash is not None or beginning.holdings:
        _begin(world, beginning)
    return world


def _begin(world: World, beginning: Beginning) -> None:
    cash = world.rules.starting_cash if beginning.cash is None else beginning.cash
    try:
        world.reset(cash, beginning.holdings)
    except BrokerError as error:
        raise ConfigurationError(
            error.what,
            where=error.where,
            remedy="Choose another symbol, another time, or another file of bars",
        ) from error


def _market(settings: Settings, calendar: TradingCalendar, clock: Clock) -> Market:
    chosen = settings.market_data
    if chosen.source is BarSourceName.FILE and chosen.file is not None:
        from alchemiser_dagster.market_data.file_source import FileBars

        return FileBars(chosen.file, calendar, clock)
    from alchemiser_dagster.market_data.simulated.market import SimulatedMarket

    return SimulatedMarket(settings.simulation.seed, calendar, clock)
