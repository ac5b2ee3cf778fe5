"""Everything that a person can set: one tree, read from the command line, environment, `.env` and a file."""

from __future__ import annotations

from alchemiser_dagster.settings.choices import BarSourceName, DataFeed, LogFormat, LogLevel
from alchemiser_dagster.settings.loading import LoadedSettings, load_settings, load_with_origins
from alchemiser_dagster.settings.notify import ChannelSettings, NotifySettings
from alchemiser_dagster.settings.provenance import SettingInForce, provenance
from alchemiser_dagster.settings.sections import (
    AlpacaSettings,
    LoggingSettings,
    MarketDataSettings,
    PortfolioSettings,
    SimulationSettings,
    StrategyChoice,
)
from alchemiser_dagster.settings.trading import TradingSettings
from alchemiser_dagster.settings.tree import Settings

__all__ = [
    "AlpacaSettings",
    "BarSourceName",
    "ChannelSettings",
    "DataFeed",
    "LoadedSettings",
    "LogFormat",
    "LogLevel",
    "LoggingSettings",
    "MarketDataSettings",
    "NotifySettings",
    "PortfolioSettings",
    "SettingInForce",
    "Settings",
    "SimulationSettings",
    "StrategyChoice",
    "TradingSettings",
    "load_settings",
    "load_with_origins",
    "provenance",
]
