"""Whether bars have become stale: looked at by a sensor, for what nobody reads no run can check."""

import dagster as dg

from alchemiser_dagster.assets.freshness import fresh_evaluation, freshness_of
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError, StorageError

LOOK_SECONDS = 300


def freshness_sensor() -> dg.SensorDefinition:
    """Return the sensor `look_for_stale_bars`."""

    @dg.sensor(
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=LOOK_SECONDS,
        description="Say in the check bars_reach_the_last_session whether bars are as fresh as the "
        "exchange's calendar wants them.",
    )
    def look_for_stale_bars(
        context: dg.SensorEvaluationContext, desk: DeskResource
    ) -> dg.SensorResult | dg.SkipReason:
        return look_once(desk.desk(), context.cursor)

    return look_for_stale_bars


def look_once(desk: TradingDesk, last_words: str | None) -> dg.SensorResult | dg.SkipReason:
    """Report the check where there is something new to say; `last_words` is what was said before."""
    try:
        found = freshness_of(desk, desk.present.now())
    except (ConfigurationError, StorageError) as error:
        return dg.SkipReason(f"how fresh the bars are is not known: {error}")
    if found.in_words == last_words:
        return dg.SkipReason(found.in_words)
    return dg.SensorResult(asset_events=[fresh_evaluation(found)], cursor=found.in_words)
