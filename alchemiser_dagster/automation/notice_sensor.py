"""Notices that could not be sent are sent later, and a check shows until then that they were not (R-42)."""

import dagster as dg

from alchemiser_dagster.assets.delivery_check import evaluation_of
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.notify.deliveries import Deliveries, deliveries_of

RETRY_SECONDS = 60


def notice_sensor() -> dg.SensorDefinition:
    """Return the sensor `send_what_is_owed`."""

    @dg.sensor(
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=RETRY_SECONDS,
        description="Send the notices that could not be sent, and say in the check notices_are_delivered "
        "whether everybody has them.",
    )
    def send_what_is_owed(
        context: dg.SensorEvaluationContext, desk: DeskResource
    ) -> dg.SensorResult | dg.SkipReason:
        return send_owed(desk, context.cursor)

    return send_what_is_owed


def send_owed(resource: DeskResource, last_mark: str | None) -> dg.SensorResult | dg.SkipReason:
    """Make the deliveries that are due; report the check where there is something new to say.

    `last_mark` is what the former look came to; None where there was none.
    """
    notifier = resource.desk().notifier
    try:
        notifier.retry_unsent()
        is_at_it, found = notifier.is_at_it(), deliveries_of(notifier)
    except (ConfigurationError, StorageError) as error:
        return dg.SkipReason(f"what is owed is not known: {error}")
    if is_at_it:
        return dg.SkipReason("a notice is being sent")
    return _reported(found, last_mark or "")


def _reported(found: Deliveries, last_mark: str) -> dg.SensorResult | dg.SkipReason:
    if found.mark == last_mark:
        return dg.SkipReason(found.in_words)
    return dg.SensorResult(asset_events=[evaluation_of(found)], cursor=found.mark)
