"""The account before the plan, and how it differs from the target."""

import dagster as dg

from alchemiser_dagster.assets.names import BROKER_POOL, GROUP_PORTFOLIO, OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import open_trading_stage, tables
from alchemiser_dagster.broker.snapshot import SnapshotRequest, take_snapshot
from alchemiser_dagster.execution.lock import require_free
from alchemiser_dagster.portfolio.compare import compare_allocation
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.reports.decisions import comparison_table
from alchemiser_dagster.reports.outcomes import account_table


def account_snapshot_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `account_snapshot`."""

    @dg.asset(
        name="account_snapshot",
        deps=["target_allocation"],
        description="Money, positions and open orders before the plan, with a price for all that is held or "
        "wanted. Only for today's session.",
        group_name=GROUP_PORTFOLIO,
        owners=OWNERS,
        kinds={"python"},
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=BROKER_POOL,
    )
    def account_snapshot(context: dg.AssetExecutionContext, desk: DeskResource) -> dg.MaterializeResult[None]:
        with open_trading_stage(context, desk, "account_snapshot") as stage:
            target = stage.require(TargetAllocation, stage.session)
            account = stage.desk.settings.account
            require_free(stage.desk.lock_folder, account)
            request = SnapshotRequest(
                session=stage.session,
                mode=stage.desk.settings.mode,
                wanted=tuple(line.symbol for line in target.lines),
                sequence=stage.desk.executions.count(account, stage.session) + 1,
            )
            snapshot = take_snapshot(stage.desk.reader, request, stage.desk.clock, stage.envelope(target))
            stage.keep(snapshot)
            return dg.MaterializeResult(
                metadata={
                    "equity": float(snapshot.account.equity),
                    "cash": float(snapshot.account.cash),
                    "positions": len(snapshot.positions),
                    "open_orders": len(snapshot.open_orders),
                    **tables(account=account_table(snapshot)),
                },
                tags=stage.tags(),
            )

    return account_snapshot


def allocation_comparison_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `allocation_comparison`."""

    @dg.asset(
        name="allocation_comparison",
        deps=["target_allocation", "account_snapshot"],
        description="The account beside the target, over all symbols that are held or wanted.",
        group_name=GROUP_PORTFOLIO,
        owners=OWNERS,
        kinds={"python"},
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def allocation_comparison(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> dg.MaterializeResult[None]:
        with open_trading_stage(context, desk, "allocation_comparison") as stage:
            snapshot = stage.require(AccountSnapshot, stage.session)
            target = stage.require(TargetAllocation, stage.session)
            rules, envelope = stage.desk.portfolio_rules, stage.envelope(snapshot, target)
            comparison = compare_allocation(snapshot, target, rules, envelope)
            stage.keep(comparison)
            return dg.MaterializeResult(
                metadata={
                    "equity": float(comparison.equity),
                    "deployable": float(comparison.deployable),
                    "to_trade": float(sum(abs(line.difference) for line in comparison.lines)),
                    **tables(comparison=comparison_table(comparison)),
                },
                tags=stage.tags(),
            )

    return allocation_comparison
