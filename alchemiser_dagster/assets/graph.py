"""The asset graph, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from alchemiser_dagster.assets.account import account_snapshot_asset
from alchemiser_dagster.assets.allocation_comparison import allocation_comparison_asset
from alchemiser_dagster.assets.delivery_check import delivery_check
from alchemiser_dagster.assets.freshness import daily
from alchemiser_dagster.assets.housekeeping import housekeeping_asset
from alchemiser_dagster.assets.market_data import market_data_asset
from alchemiser_dagster.assets.operations_report import operations_report_asset
from alchemiser_dagster.assets.parity_check import parity_check
from alchemiser_dagster.assets.reconciliation_report import reconciliation_report_asset
from alchemiser_dagster.assets.recovery_report import recovery_report_asset
from alchemiser_dagster.assets.strategy_signals import strategy_signals_asset
from alchemiser_dagster.assets.target_allocation import target_allocation_asset
from alchemiser_dagster.assets.trading import execution_result_asset, rebalance_plan_asset


@dataclass(frozen=True)
class TradingAssets:
    """The assets of a trading day, its recovery and the look back at it, and the checks behind them."""

    trading_day: tuple[dg.AssetsDefinition, ...]
    recovery: tuple[dg.AssetsDefinition, ...]
    aftermath: tuple[dg.AssetsDefinition, ...]
    operations: tuple[dg.AssetsDefinition, ...]
    upkeep: tuple[dg.AssetsDefinition, ...]
    checks: tuple[dg.AssetChecksDefinition, ...]

    @property
    def all(self) -> tuple[dg.AssetsDefinition, ...]:
        """Every asset."""
        return (*self.trading_day, *self.recovery, *self.aftermath, *self.operations, *self.upkeep)


def trading_assets(strategies: Sequence[str], partitions: dg.PartitionsDefinition) -> TradingAssets:
    """Return every asset for the strategies, partitioned by trading session."""
    return TradingAssets(
        trading_day=(
            daily(market_data_asset(partitions)),
            daily(strategy_signals_asset(strategies, partitions)),
            daily(target_allocation_asset(strategies, partitions)),
            daily(account_snapshot_asset(partitions)),
            daily(allocation_comparison_asset(partitions)),
            daily(rebalance_plan_asset(partitions)),
            daily(execution_result_asset(partitions)),
        ),
        recovery=(recovery_report_asset(partitions),),
        aftermath=(daily(reconciliation_report_asset(partitions)),),
        operations=(operations_report_asset(),),
        upkeep=(housekeeping_asset(),),
        checks=(parity_check(), delivery_check()),
    )
