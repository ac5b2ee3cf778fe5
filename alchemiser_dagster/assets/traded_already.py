"""One trading run a session: where another run has traded it, the plan is empty (R-20)."""

from __future__ import annotations

from alchemiser_dagster.assets.names import AGAIN_TAG
from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.executions import Execution, ExecutionState
from alchemiser_dagster.portfolio.plan import plan_nothing
from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome


def plan_of_traded_session(stage: Stage) -> RebalancePlan | None:
    """Return the empty plan of a session that another run has traded, or None where there is more to do.

    Everything is still sold on a person's word, and a person may trade a session again.
    """
    if AGAIN_TAG in stage.tags_of_run or stage.desk.is_flattening:
        return None
    others = (run for run in _ended(stage) if run.correlation_id != stage.identity.correlation_id)
    traded_by = next((run.correlation_id for run in others if _has_traded(run, stage.desk)), None)
    if traded_by is None:
        return None
    comparison = stage.require(AllocationComparison, stage.session)
    return plan_nothing(comparison, traded_by, stage.envelope(comparison))


def _ended(stage: Stage) -> tuple[Execution, ...]:
    session = stage.session
    begun = stage.desk.executions.begun_between(stage.desk.settings.account, session, session)
    return tuple(run for run in begun if run.state is ExecutionState.CLOSED)


def _has_traded(run: Execution, desk: TradingDesk) -> bool:
    """Return whether the run did what it could: where nothing was filled of its plan, another may try."""
    if run.result_record_id is None:
        return False
    return desk.journal.record_of(ExecutionResult, run.result_record_id).outcome is not Outcome.FAILED
