"""The house, kept once a week."""

import dagster as dg

from alchemiser_dagster.assets.names import OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import open_stage

GROUP_HOUSEKEEPING = "housekeeping"


def housekeeping_asset() -> dg.AssetsDefinition:
    """Return the asset `housekeeping`, which belongs to no session."""

    @dg.asset(
        name="housekeeping",
        description="The journal's chain checked, the ledger copied and the copy read, the bar table tidied "
        "without touching a version that a record names, old files removed.",
        group_name=GROUP_HOUSEKEEPING,
        owners=OWNERS,
        kinds={"sqlite", "deltalake"},
    )
    def housekeeping(context: dg.AssetExecutionContext, desk: DeskResource) -> dg.MaterializeResult[None]:
        from alchemiser_dagster.execution.lock import require_free
        from alchemiser_dagster.housekeeping.house import House, keep_house

        with open_stage(context, desk, "housekeeping") as stage:
            own, settings = stage.desk, stage.desk.settings
            require_free(own.lock_folder, settings.account)
            house = House(own.database, own.bar_table, settings.data_dir, settings.schedule)
            kept = keep_house(house, own.wall_clock.now())
            return dg.MaterializeResult(
                metadata={
                    "journal_entries": kept.head.entry,
                    "journal_head": kept.head.hash,
                    "backup": kept.backup_in_words,
                    "years_joined": ", ".join(kept.bars.joined) or "none",
                    "files_deleted": kept.bars.deleted,
                    "versions_kept": kept.bars.kept_versions,
                    **{f"{name}_removed": count for name, count in kept.removed.items()},
                },
                tags=stage.tags(),
            )

    return housekeeping
