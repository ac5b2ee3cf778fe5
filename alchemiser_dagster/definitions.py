"""The front door: one Definitions, assembled."""

import warnings

import dagster as dg

from alchemiser_dagster.assets.graph import trading_assets
from alchemiser_dagster.assets.partitions import session_partitions
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.definitions import automation_definitions
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings, load_settings


def definitions_for(settings: Settings) -> dg.Definitions:
    """Return assets, jobs, sensors and resources for the settings' strategies."""
    partitions = session_partitions(TradingCalendar(), settings.market_data.history_start)
    strategies = [chosen.name for chosen in settings.strategies]
    with warnings.catch_warnings():
        # Dagster calls single-run backfills beta; without them every session would be a run of its own.
        warnings.simplefilter("ignore", dg.BetaWarning)
        assets = trading_assets(strategies, partitions)
        resources = {"desk": DeskResource()}
        trading_day = dg.Definitions(
            assets=assets.all,
            asset_checks=assets.checks,
            resources=resources,
            executor=dg.in_process_executor,
        )
        return dg.Definitions.merge(trading_day, automation_definitions(assets, settings))


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the settings of this folder."""
    return definitions_for(load_settings())
