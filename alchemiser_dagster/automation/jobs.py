"""The jobs: what is launched as one run. None is ever retried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import dagster as dg

from alchemiser_dagster.assets.graph import TradingAssets
from alchemiser_dagster.assets.names import FLATTEN_TAG, LANE_TAG, TRADING_LANE
from alchemiser_dagster.automation.hooks import notify_failure, notify_recovery, notify_result
from alchemiser_dagster.automation.names import (
    APPROVED_JOB,
    FLATTEN_JOB,
    HOUSEKEEPING_JOB,
    MARKET_DATA_JOB,
    OPERATIONS_JOB,
    PREVIEW_JOB,
    RECONCILIATION_JOB,
    RECOVERY_JOB,
    RESUME_JOB,
    TRADING_JOB,
)
from alchemiser_dagster.automation.runtime import runtime_tag
from alchemiser_dagster.watch.deadlines import FOLLOW_UP

GETTING_OUT = ("account_snapshot", "allocation_comparison", "rebalance_plan", "execution_result")
REST_OF_DAY = ("rebalance_plan", "execution_result")
NEVER_AGAIN = {"dagster/max_retries": "0", **runtime_tag(FOLLOW_UP)}


@dataclass(frozen=True)
class Jobs:
    """Every job."""

    trading: dg.JobDefinition
    flatten: dg.JobDefinition
    preview: dg.JobDefinition
    approved: dg.JobDefinition
    reconciliation: dg.JobDefinition
    recovery: dg.JobDefinition
    resume: dg.JobDefinition
    operations: dg.JobDefinition
    market_data: dg.JobDefinition
    housekeeping: dg.JobDefinition

    @property
    def all(self) -> list[dg.JobDefinition]:
        """Each of them."""
        return list(vars(self).values())

    @property
    def ordering(self) -> list[dg.JobDefinition]:
        """Those behind which orders are placed."""
        return [self.trading, self.flatten, self.approved, self.resume]


def jobs_for(assets: TradingAssets, longest: timedelta) -> Jobs:
    """Return the jobs over the assets; one behind which orders are placed may take so long at most."""
    ordering = {LANE_TAG: TRADING_LANE, **NEVER_AGAIN, **runtime_tag(longest)}
    day = dg.AssetSelection.assets(*assets.trading_day)
    aftermath = dg.AssetSelection.assets(*assets.aftermath)
    rest = dg.AssetSelection.assets(*REST_OF_DAY)
    return Jobs(
        trading=_ordering_job(
            TRADING_JOB,
            day,
            "One trading day: bars, signals, target, account, comparison, plan, execution.",
            ordering,
        ),
        flatten=_ordering_job(
            FLATTEN_JOB,
            dg.AssetSelection.assets(*GETTING_OUT),
            "Sell everything that is held, without bars, signals or strategies. Only at the level flatten.",
            {**ordering, FLATTEN_TAG: "everything"},
        ),
        preview=_job(
            PREVIEW_JOB,
            day - dg.AssetSelection.assets("execution_result"),
            "A trading day up to its plan. Sends nothing.",
        ),
        approved=_ordering_job(
            APPROVED_JOB,
            rest,
            "The rest of a trading day that a person has approved: plan, execution.",
            ordering,
        ),
        reconciliation=_job(
            RECONCILIATION_JOB,
            aftermath,
            "Compare orders, fills, positions and cash with the broker, then send the final notice.",
            hooks=frozenset({notify_failure, notify_result}),
        ),
        recovery=_job(
            RECOVERY_JOB,
            dg.AssetSelection.assets(*assets.recovery) | aftermath,
            "After a run that failed or vanished: settle own orders, adopt fills, say what happened, "
            "reconcile. Sends nothing.",
            hooks=frozenset({notify_failure, notify_recovery, notify_result}),
        ),
        resume=_ordering_job(
            RESUME_JOB, rest, "Trade the rest of a plan whose run failed, once, after its recovery.", ordering
        ),
        operations=_operations_job(dg.AssetSelection.assets(*assets.operations)),
        market_data=_market_data_job(),
        housekeeping=_housekeeping_job(dg.AssetSelection.assets(*assets.upkeep)),
    )


def _operations_job(operations: dg.AssetSelection) -> dg.JobDefinition:
    told = "Measure how runs went: numbers, tables, pictures. Reads the ledger alone."
    return _job(OPERATIONS_JOB, operations, told)


def _market_data_job() -> dg.JobDefinition:
    bars, hooks = dg.AssetSelection.assets("market_data"), frozenset({notify_failure})
    return _job(MARKET_DATA_JOB, bars, "Store a session's bars, and what is missing before it.", hooks=hooks)


def _housekeeping_job(upkeep: dg.AssetSelection) -> dg.JobDefinition:
    told, hooks = "Check and copy the ledger, tidy the bars, remove what is old.", frozenset({notify_failure})
    return _job(HOUSEKEEPING_JOB, upkeep, told, hooks=hooks)


def _ordering_job(
    name: str, selection: dg.AssetSelection, description: str, tags: Mapping[str, str]
) -> dg.JobDefinition:
    told, hooks = f"{description} Never retried.", frozenset({notify_failure})
    return _job(name, selection, told, tags, hooks)


def _job(
    name: str,
    selection: dg.AssetSelection,
    description: str,
    tags: Mapping[str, str] = NEVER_AGAIN,
    hooks: frozenset[dg.HookDefinition] = frozenset(),
) -> dg.JobDefinition:
    job = dg.define_asset_job(
        name,
        selection=selection,
        description=description,
        tags=tags,
        executor_def=dg.in_process_executor,
        hooks=hooks,
    )
    return cast("dg.JobDefinition", job)  # the class of a job that waits for its assets has no public name
