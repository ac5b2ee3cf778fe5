"""The source of bars that a person has chosen, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.market_data.source import BarSource
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import BarSourceName

if TYPE_CHECKING:
    from alchemiser_dagster.market_data.alpaca.data_reader import DataReader


def chosen_source(
    settings: Settings, calendar: TradingCalendar, clock: Clock, alpaca: Callable[[], DataReader]
) -> BarSource:
    """Return the source that the settings name, seen from the clock.

    Parameters
    ----------
    alpaca
        Opens the connection to Alpaca; called only where bars come from there.
    """
    match settings.market_data.source:
        case BarSourceName.SIMULATED:
            from alchemiser_dagster.market_data.simulated.market import SimulatedMarket

            return SimulatedMarket(settings.simulation.seed, calendar, clock)
        case BarSourceName.FILE:
            return _file_source(settings, calendar, clock)
        case BarSourceName.ALPACA:
            from alchemiser_dagster.market_data.alpaca.source import AlpacaBars

            feeds = settings.market_data
            return AlpacaBars(alpaca(), feeds.feed, feeds.quote_feed, calendar, clock)


def _file_source(settings: Settings, calendar: TradingCalendar, clock: Clock) -> BarSource:
    from alchemiser_dagster.market_data.file_source import FileBars

    file = settings.market_data.file
    if file is None:
        raise ConfigurationError("no file of bars is named", where="market_data.file")
    return FileBars(file, calendar, clock)
