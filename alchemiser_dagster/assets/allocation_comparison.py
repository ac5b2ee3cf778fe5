"""The account beside the target, and whether the difference looks sane."""

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.names import GROUP_PORTFOLIO
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.sanity import look_at, require_sane, sane_result, sane_spec
from alchemiser_dagster.assets.stage import open_trading_stage, tables
from alchemiser_dagster.assets.standing_plan import standing_plan
from alchemiser_dagster.assets.trading_asset import Outline, trading_asset
from alchemiser_dagster.portfolio.compare import compare_allocation
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.reports.decisions import comparison_table
from alchemiser_dagster.reports.sanity import sanity_table


def allocation_comparison_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `allocation_comparison`; its check stops the day on a decision that looks strange."""

    @trading_asset(
        partitions,
        Outline(
            deps=["target_allocation", "account_snapshot"],
            description="The account beside the target, over all symbols that are held or wanted.",
            group=GROUP_PORTFOLIO,
            check=sane_spec(),
        ),
    )
    def allocation_comparison(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "allocation_comparison") as stage:
            snapshot = stage.require(AccountSnapshot, stage.session)
            target = stage.require(TargetAllocation, stage.session)
            rules, envelope = stage.desk.portfolio_rules, stage.envelope(snapshot, target)
            comparison = compare_allocation(snapshot, target, rules, envelope)
            stage.keep(comparison)
            report = look_at(comparison, target, stage)
            carried_on = standing_plan(stage).plan
            yield dg.MaterializeResult(
                metadata={
                    "equity": float(comparison.equity),
                    "deployable": float(comparison.deployable),
                    "to_trade": float(sum(abs(line.difference) for line in comparison.lines)),
                    **tables(comparison=comparison_table(comparison), sanity=sanity_table(report)),
                },
                check_results=stage.marked(sane_result(report, carried_on, stage)),
                tags=stage.tags(),
            )
            require_sane(report, carried_on, stage)

    return allocation_comparison
