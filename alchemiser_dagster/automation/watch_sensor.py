"""The dead man's watch as a sensor: every minute, by its own sense of the calendar."""

from datetime import timedelta

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.watch.heartbeats import FOLDER, TRADING_SCHEDULE, WATCH_SENSOR, beat, note_switch
from alchemiser_dagster.watch.watching import Watched, go_round, instant_of

WATCH_SECONDS = 60


def watch_sensor() -> dg.SensorDefinition:
    """Return the sensor `watch_sessions`."""

    @dg.sensor(
        name=WATCH_SENSOR,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=WATCH_SECONDS,
        description="Tell the person what should have happened by now and did not: a session without a "
        "result, a run that does not end, a schedule that is silent.",
    )
    def watch_sessions(context: dg.SensorEvaluationContext, desk: DeskResource) -> dg.SkipReason:
        return watch_once(desk.desk(), is_on=schedule_is_on(context.instance))

    return watch_sessions


def watch_once(desk: Watched, *, is_on: bool | None) -> dg.SkipReason:
    """Leave the sign that somebody looks, then look once and tell of what is found.

    `is_on` is whether Dagster says that the trading schedule is on; None where it does not know.
    """
    signs, now = desk.settings.data_dir / FOLDER, instant_of(desk)
    if is_on is not None:
        note_switch(signs, now, is_on=is_on)
    beat(signs, WATCH_SENSOR, now, now + timedelta(seconds=WATCH_SECONDS))
    found = go_round(desk)
    return dg.SkipReason("; ".join(finding.sentence for finding in found) or "all is as it should be")


def schedule_is_on(instance: dg.DagsterInstance) -> bool | None:
    """Return whether the trading schedule is on, by whatever hand; None where nobody ever touched it."""
    states = [state for state in instance.all_instigator_state() if state.instigator_name == TRADING_SCHEDULE]
    return any(state.is_running for state in states) if states else None
