"""The trading desk: every part of the system, made from the settings when it is first asked for.

The one place where parts are put together. Assets, sensors and commands are handed a desk; the rooms below
know nothing of it, and are handed just the parts that they use.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alchemiser_dagster.broker.call_log import CallLog
from alchemiser_dagster.broker.chosen_clock import chosen_clock
from alchemiser_dagster.broker.protocol import AccountReader, Broker
from alchemiser_dagster.broker.recording_broker import RecordingBroker
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.broker.simulated.chosen_rules import simulation_rules
from alchemiser_dagster.clock import Clock, SystemClock
from alchemiser_dagster.code_version import code_version
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.execution.chosen_rules import execution_rules
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.ids import IdSource, RandomIds
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.notify.sinks import sinks_from
from alchemiser_dagster.notify.terms import notifier_terms
from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.records.envelope import Envelope, RunIdentity
from alchemiser_dagster.records.halt import HaltChange, HaltLevel, level_of
from alchemiser_dagster.records.plan import SkipReason
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.recovery.quiet_broker import QuietBroker
from alchemiser_dagster.risk.permit import TradingPermit
from alchemiser_dagster.risk.terms import gate_terms
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import BarSourceName

if TYPE_CHECKING:
    from alchemiser_dagster.broker.alpaca.connection import AlpacaConnection
    from alchemiser_dagster.market_data.bar_table import BarTable
    from alchemiser_dagster.market_data.session_data import MarketPlace
    from alchemiser_dagster.market_data.source import BarSource
    from alchemiser_dagster.strategy_book import ChosenStrategy
    from alchemiser_dagster.symphony import Programs

FEW_SESSIONS, WHOLE_HISTORY = 5, 100_000


@dataclass(frozen=True)
class TradingDesk:
    """The parts of the system, for one set of settings.

    Parameters
    ----------
    settings
        What a person has chosen.
    ids
        Where new record ids come from.
    wall_clock
        The real time; in simulated mode it only says which session is the latest.
    """

    settings: Settings
    ids: IdSource = field(default_factory=RandomIds)
    wall_clock: Clock = field(default_factory=SystemClock)

    @cached_property
    def calendar(self) -> TradingCalendar:
        """The sessions of the exchange."""
        return TradingCalendar()

    @cached_property
    def clock(self) -> Clock:
        """The real clock, or a look-alike's; in simulated mode one that stands shortly before a close."""
        return chosen_clock(self.settings, self.calendar, self.wall_clock)

    @property
    def present(self) -> Clock:
        """The time that schedules go by: the real one, also where a simulated day stands still."""
        return self.wall_clock if self.settings.mode is Mode.SIMULATED else self.clock

    @cached_property
    def code_version(self) -> str:
        """The code that runs now."""
        return code_version()

    @cached_property
    def today(self) -> date:
        """The session in which the clock stands: the only one that may be traded."""
        return self.calendar.session_at(self.clock.now())

    @cached_property
    def database(self) -> Database:
        """The ledger's database, with its schema up to date."""
        database = Database(self.settings.ledger_url)
        migrate(database)
        return database

    @cached_property
    def journal(self) -> Journal:
        """The journal of records."""
        return Journal(self.database)

    @cached_property
    def executions(self) -> ExecutionBook:
        """Which plans were begun and ended."""
        return ExecutionBook(self.database)

    @cached_property
    def orders(self) -> OrderBook:
        """Orders and their states."""
        return OrderBook(self.database)

    @cached_property
    def fills(self) -> FillBook:
        """Shares that changed hands."""
        return FillBook(self.database)

    @property
    def halt(self) -> HaltChange | None:
        """What holds the account back at this moment, or None where nothing does."""
        return HaltBook(self.database).in_force(self.settings.account)

    @property
    def is_flattening(self) -> bool:
        """Whether everything is to be sold at this moment, whatever strategies want."""
        return level_of(self.halt) is HaltLevel.FLATTEN

    @cached_property
    def bar_table(self) -> BarTable:
        """The kept bars."""
        from alchemiser_dagster.market_data.bar_table import BarTable

        return BarTable(str(self.settings.data_dir / "market_data"))

    @cached_property
    def bar_source(self) -> BarSource:
        """Where bars come from, seen from the session that is traded."""
        return self._source_at(self.clock)

    @cached_property
    def history_source(self) -> BarSource:
        """Where bars come from, seen from the real present: all that is sealed today."""
        return self._source_at(self.present)

    @cached_property
    def alpaca(self) -> AlpacaConnection:
        """The connection to Alpaca; nothing is asked before the first question."""
        from alchemiser_dagster.broker.alpaca.connection import connect

        return connect(self.settings, self.clock, observer=self.calls)

    @cached_property
    def calls(self) -> CallLog:
        """What is asked of the broker and answered, kept while a step of a run is made."""
        return CallLog(self.settings.data_dir, self._time, self.settings.secrets)

    def _time(self) -> datetime:
        return self.present.now()

    def _source_at(self, clock: Clock) -> BarSource:
        from alchemiser_dagster.market_data.chosen_source import chosen_source

        return chosen_source(self.settings, self.calendar, clock, lambda: self.alpaca.data)

    @cached_property
    def market(self) -> MarketPlace:
        """Bars, from source to table."""
        from alchemiser_dagster.market_data.session_data import MarketPlace

        return MarketPlace(self.bar_source, self.bar_table, self.calendar, self.clock)

    @property
    def overlap(self) -> int:
        """How many stored sessions are compared with their source: a file as a whole, for it costs little."""
        is_file = self.settings.market_data.source is BarSourceName.FILE
        return WHOLE_HISTORY if is_file else FEW_SESSIONS

    @cached_property
    def strategies(self) -> tuple[ChosenStrategy, ...]:
        """The strategies that are traded, read from their files."""
        from alchemiser_dagster.strategy_book import load_strategies

        return load_strategies(self.settings)

    @cached_property
    def programs(self) -> Programs:
        """The compiled forms of strategies, kept from one evaluation to the next."""
        from alchemiser_dagster.symphony import Programs

        return Programs()

    @cached_property
    def history_start(self) -> date:
        """The first session of which bars are used."""
        calendar, start = self.calendar, self.settings.market_data.history_start
        return start if calendar.is_session(start) else calendar.following(calendar.latest(start))

    @cached_property
    def reader(self) -> AccountReader:
        """The account, to look at."""
        return self._broker

    def permit(self, session: date) -> TradingPermit:
        """Return the permission to trade the session; raise `SessionError` unless it is open right now."""
        return TradingPermit(session, self.calendar, self.clock, self.reader, self._window(session))

    def _window(self, session: date) -> timedelta:
        """Return how long before the close orders may be sent: who wants out gets out all day."""
        if self.is_flattening and self.calendar.is_session(session):
            return self.calendar.close_of(session) - self.calendar.open_of(session)
        return timedelta(minutes=self.settings.trading.window_minutes)

    def execution_environment(self, permit: TradingPermit) -> ExecutionEnvironment:
        """Return all that an execution works with, the broker included; only a permit opens it."""
        permit.check(self.clock.now())
        rules = execution_rules(self.settings)
        terms = gate_terms(self.settings, self.code_version)
        return ExecutionEnvironment(self.database, self._broker, self.clock, rules, self.lock_folder, terms)

    @property
    def recovery_environment(self) -> ExecutionEnvironment:
        """All that a recovery works with: its broker can be asked and can cancel, and sends nothing."""
        quiet, rules = QuietBroker(self._broker), execution_rules(self.settings)
        return ExecutionEnvironment(self.database, quiet, self.clock, rules, self.lock_folder)

    @property
    def lock_folder(self) -> Path:
        """Where processes of this machine keep out of each other's way."""
        return self.settings.data_dir / "locks"

    @cached_property
    def _broker(self) -> Broker:
        if self.settings.mode is not Mode.SIMULATED:
            return self.alpaca.broker(self.settings.account)
        rules = simulation_rules(self.settings)
        broker = SimulatedBroker(self.database, self.bar_source, self.calendar, self.clock, rules)
        return RecordingBroker(broker, self.calls, self.clock)

    @cached_property
    def notifier(self) -> Notifier:
        """Who tells the person, in real time; without a ledger too."""
        sinks, terms = sinks_from(self.settings, sys.stderr), notifier_terms(self.settings)
        return Notifier(self._reporting_database, sinks, self.wall_clock, terms)

    @property
    def _reporting_database(self) -> Database:
        try:
            return self.database
        except (ConfigurationError, StorageError):
            return Database(self.settings.ledger_url)

    @property
    def portfolio_rules(self) -> PortfolioRules:
        """How much is invested, what is too small to trade, and what is left alone."""
        locked = BreakBook(self.database).locked_symbols(self.settings.account)
        untouchable = {} if self.is_flattening else dict.fromkeys(locked, SkipReason.LOCKED_BY_A_BREAK)
        untouchable |= dict.fromkeys(self.settings.risk.denied_symbols, SkipReason.DENIED)
        chosen, is_held_back = self.settings.portfolio.model_dump(), self.halt is not None
        return PortfolioRules(**chosen, untouchable=untouchable, only_sells=is_held_back)

    def envelope(self, identity: RunIdentity, source: str, causes: Iterable[str]) -> Envelope:
        """Return the envelope of a new record; the first cause is the one that is named."""
        return Envelope(
            record_id=self.ids.new_id(),
            correlation_id=identity.correlation_id,
            causation_id=next(iter(causes), identity.run_id),
            run_id=identity.run_id,
            account=self.settings.account,
            source=source,
            created_at=self.clock.now(),
            code_version=self.code_version,
        )

    def close(self) -> None:
        """Close the connections that were opened."""
        opened = self.__dict__
        if "calls" in opened:
            self.calls.close()
        if "alpaca" in opened:
            self.alpaca.close()
        if "database" in opened:
            self.database.close()
