"""The account before the plan."""

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.books_before import books_metadata, compare_books
from alchemiser_dagster.assets.halting import not_halted_result, not_halted_spec, target_under
from alchemiser_dagster.assets.names import GROUP_PORTFOLIO
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_trading_stage, tables
from alchemiser_dagster.assets.trading_asset import Outline, trading_asset
from alchemiser_dagster.broker.snapshot import SnapshotRequest, take_snapshot
from alchemiser_dagster.execution.lock import require_free
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.halt import halt_in_words
from alchemiser_dagster.reports.outcomes import account_table
from alchemiser_dagster.risk.halting import require_not_halted


def account_snapshot_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `account_snapshot`; its check stops the day while trading is halted."""

    @trading_asset(
        partitions,
        Outline(
            deps=["target_allocation"],
            description="Money, positions and open orders before the plan, with a price for all that is "
            "held or wanted. Only for today's session.",
            group=GROUP_PORTFOLIO,
            check=not_halted_spec(),
            asks_broker=True,
        ),
    )
    def account_snapshot(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "account_snapshot") as stage:
            books = compare_books(stage)
            held = stage.desk.halt
            snapshot = _snapshot(stage, target_under(held, stage))
            stage.keep(snapshot)
            yield dg.MaterializeResult(
                metadata={
                    "equity": float(snapshot.account.equity),
                    "cash": float(snapshot.account.cash),
                    "positions": len(snapshot.positions),
                    "open_orders": len(snapshot.open_orders),
                    "halt": halt_in_words(held),
                    **tables(account=account_table(snapshot)),
                    **books_metadata(books),
                },
                check_results=stage.marked(not_halted_result(held)),
                tags=stage.tags(),
            )
            require_not_halted(held)

    return account_snapshot


def _snapshot(stage: Stage, target: TargetAllocation) -> AccountSnapshot:
    desk, account = stage.desk, stage.desk.settings.account
    require_free(desk.lock_folder, account)
    request = SnapshotRequest(
        session=stage.session,
        mode=desk.settings.mode,
        wanted=tuple(line.symbol for line in target.lines),
        sequence=desk.executions.count(account, stage.session) + 1,
        takes_any_price=not target.strategies,
    )
    return take_snapshot(desk.reader, request, desk.clock, stage.envelope(target))
