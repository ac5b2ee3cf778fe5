"""One target portfolio out of all signals."""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import GROUP_PORTFOLIO, OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_stage, tables
from alchemiser_dagster.assets.strategy_signals import signal_key
from alchemiser_dagster.portfolio.merge import merge_signals
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.signal import SignalSet, StrategySignal
from alchemiser_dagster.reports.decisions import target_table


def target_allocation_asset(
    strategies: Sequence[str], partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """Return the asset `target_allocation`."""

    @dg.asset(
        name="target_allocation",
        deps=[signal_key(name) for name in strategies],
        description="The signals merged by the strategies' weights, with each one's part in each symbol.",
        group_name=GROUP_PORTFOLIO,
        owners=OWNERS,
        kinds={"python"},
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def target_allocation(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> dg.MaterializeResult[None]:
        with open_stage(context, desk, "target_allocation") as stage:
            target = [_merge(stage, session) for session in stage.sessions][-1]
            return dg.MaterializeResult(
                metadata={
                    "symbols": len(target.lines),
                    "cash_weight": float(target.cash_weight),
                    **tables(target=target_table(target)),
                },
                tags=stage.tags(),
            )

    return target_allocation


def _merge(stage: Stage, session: date) -> TargetAllocation:
    strategies = stage.desk.strategies
    signals = tuple(stage.require(StrategySignal, session, chosen.name) for chosen in strategies)
    shares = {chosen.name: chosen.share for chosen in strategies}
    target = merge_signals(SignalSet(session=session, signals=signals), shares, stage.envelope(*signals))
    stage.keep(target)
    return target
