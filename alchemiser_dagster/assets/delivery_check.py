"""Whether the person was told: a notice that could not be sent is a failed check (R-42)."""

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import open_stage, tables
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.notify.deliveries import COLUMNS, Deliveries, deliveries_of
from alchemiser_dagster.reports.table import Table

DELIVERED_CHECK = "notices_are_delivered"
CHECKED_ASSET = "reconciliation_report"


def delivery_check() -> dg.AssetChecksDefinition:
    """Return the check `notices_are_delivered`: it runs behind the final notice, and a sensor says more."""

    @dg.asset_check(
        name=DELIVERED_CHECK,
        asset=CHECKED_ASSET,
        description="Everybody who is to be told has every notice (R-42). What is owed is sent again by the "
        "sensor send_what_is_owed.",
    )
    def notices_are_delivered(
        context: dg.AssetCheckExecutionContext, desk: DeskResource
    ) -> dg.AssetCheckResult:
        with open_stage(context, desk, DELIVERED_CHECK) as stage:
            try:
                found = deliveries_of(stage.desk.notifier)
            except (ConfigurationError, StorageError) as error:
                return stage.mark(_not_checked(error))
            result = dg.AssetCheckResult(
                passed=found.are_made,
                severity=severity_of(found),
                description=found.in_words,
                metadata=facts_of(found),
            )
            return stage.mark(result)

    return notices_are_delivered


def evaluation_of(found: Deliveries) -> dg.AssetCheckEvaluation:
    """Return the check's outcome as an event that no run is needed for."""
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(CHECKED_ASSET),
        check_name=DELIVERED_CHECK,
        passed=found.are_made,
        severity=severity_of(found),
        description=found.in_words,
        metadata=facts_of(found),
    )


def severity_of(found: Deliveries) -> dg.AssetCheckSeverity:
    """Return how bad it is: what is tried again is a warning, what was given up an error."""
    return dg.AssetCheckSeverity.ERROR if found.given_up else dg.AssetCheckSeverity.WARN


def facts_of(found: Deliveries) -> dict[str, dg.MetadataValue]:
    """Return what is owed as metadata."""
    counted = {"owed": dg.MetadataValue.int(len(found.rows))}
    return counted | tables(owed=Table("Notices that are owed", COLUMNS, found.rows))


def _not_checked(error: ConfigurationError | StorageError) -> dg.AssetCheckResult:
    """Return a check that failed: what can't be looked at must not undo the day."""
    return dg.AssetCheckResult(
        passed=False, severity=dg.AssetCheckSeverity.WARN, description=f"could not be checked: {error}"
    )
