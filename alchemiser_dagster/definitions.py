"""The front door: one Definitions, assembled."""

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
    assets = trading_assets([chosen.name for chosen in settings.strategies], partitions)
    return dg.Definitions.merge(
        dg.Definitions(
            assets=assets.all,
            resources={"desk": DeskResource()},
            executor=dg.in_process_executor,
        ),
        automation_definitions(assets),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the settings of this folder."""
    return definitions_for(load_settings())
