"""A day under each halt level: what the check says, what stops, what is planned, what is sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from support.days import SESSION, Day, failure_text

from alchemiser_dagster.assets.halting import NOT_HALTED_CHECK
from alchemiser_dagster.automation.jobs import GETTING_OUT
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.approval import ApprovalScope
from alchemiser_dagster.records.envelope import Record, RunIdentity
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.plan import RebalancePlan, SkipReason
from alchemiser_dagster.records.values import Outcome, Side
from alchemiser_dagster.risk.halting import HaltWish, change_level

DECIDING = ("market_data", "strategy_signals/two_funds", "target_allocation")
BEFORE = date(2024, 11, 27)
TO_TLT = """(defsymphony "Two funds" {:rebalance-frequency :daily}
  (weight-specified 0.2 (asset "SPY" nil) 0.8 (asset "TLT" nil)))"""


def put(day: Day, level: HaltLevel) -> str:
    """Put a level in force and return the id of its record."""
    desk = day.desk
    identity = RunIdentity(run_id="command", correlation_id="halting")
    envelope = desk.envelope(identity, "test", ()).model_copy(update={"created_at": desk.wall_clock.now()})
    change_level(desk.database, HaltWish(level, "anna", "because"), day.session, envelope)
    return envelope.record_id


def record(day: Day, kind: type[Record], correlation: str = "correlation") -> Record:
    found = day.desk.journal.latest(kind, RecordQuery(correlation_id=correlation))
    assert found is not None
    return found


def plan_of(day: Day, correlation: str = "correlation") -> RebalancePlan:
    plan = record(day, RebalancePlan, correlation)
    assert isinstance(plan, RebalancePlan)
    return plan


def held(day: Day) -> set[str]:
    return {position.symbol for position in day.desk.reader.positions()}


def checks_of(result: dg.ExecuteInProcessResult) -> Sequence[dg.AssetCheckEvaluation]:
    return result.get_asset_check_evaluations()


def materialise(day: Day, assets: Sequence[str], correlation: str) -> dg.ExecuteInProcessResult:
    """Make some of the session's assets, in a run of their own."""
    desk = {"settings_file": str(day.settings_file), "session": str(day.session), "console_notices": False}
    return day.definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        partition_key=str(day.session),
        asset_selection=[dg.AssetKey.from_user_string(key) for key in assets],
        tags={"alchemiser/correlation_id": correlation},
        run_config={"resources": {"desk": {"config": desk}}},
        instance=day.instance,
        raise_on_error=False,
    )


def check_of(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (check,) = (
        found for found in result.get_asset_check_evaluations() if found.check_name == "trading_is_not_halted"
    )
    return check


def steps_of(result: dg.ExecuteInProcessResult) -> list[str]:
    return [str(event.step_key) for event in result.all_events if event.is_step_success]


@pytest.fixture
def invested(tmp_path: Path) -> Day:
    """A folder whose account holds two funds since the session before."""
    before = Day.in_folder(tmp_path)
    before.session = BEFORE
    assert before.run(tags={"alchemiser/correlation_id": "before"}).success
    return Day(tmp_path)


def test_where_nothing_is_halted_the_check_passes(day: Day) -> None:
    result = day.run()
    check = check_of(result)
    assert (check.passed, check.description) == (True, None)
    (made,) = result.asset_materializations_for_node("account_snapshot")
    assert made.metadata["halt"].value == "none"


def test_while_trading_is_halted_nothing_runs_after_the_look_at_the_account(day: Day) -> None:
    #
    put(day, HaltLevel.HALT)
    result = day.run()
    assert not result.success
    assert steps_of(result) == ["market_data", "strategy_signals", "target_allocation"]
    check = check_of(result)
    assert (check.passed, check.blocking, check.severity) == (False, True, dg.AssetCheckSeverity.ERROR)
    assert failure_text(result).startswith("trading is halted since ")
    assert failure_text(result).endswith(
        " by anna: because. Nothing was sent; `alchemiser resume --reason TEXT` ends the halt once its "
        "cause is gone"
    )
    assert day.desk.journal.latest(AccountSnapshot, RecordQuery(session=SESSION)) is not None
    assert held(day) == set()


def test_while_trading_may_only_reduce_the_plan_says_what_is_not_bought(invested: Day) -> None:
    invested.settings_file.with_name("two_funds.clj").write_text(TO_TLT)
    put(invested, HaltLevel.REDUCE_ONLY)
    result = invested.run()
    assert result.success
    check = check_of(result)
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert str(check.description).startswith("reduce only since ")
    plan = plan_of(invested)
    assert [(line.side, line.symbol) for line in plan.lines] == [(Side.SELL, "SPY")]
    assert [(skip.symbol, skip.reason) for skip in plan.skips] == [("TLT", SkipReason.REDUCE_ONLY)]
    done = record(invested, ExecutionResult)
    assert isinstance(done, ExecutionResult)
    assert done.outcome is Outcome.TRADED
    assert done.bought == 0
    assert done.sold > 0


def break_everything(day: Day) -> None:
    """Leave a strategy that can't be read, and kept bars that can't either."""
    day.settings_file.with_name("two_funds.clj").write_text("(defsymphony")
    for file in (day.folder / ".alchemiser" / "market_data").rglob("*.parquet"):
        file.write_bytes(b"no table")


def test_everything_is_sold_without_a_strategy_or_a_bar_that_can_be_read(invested: Day) -> None:
    assert held(invested) == {"SPY", "TLT"}
    change_id = put(invested, HaltLevel.FLATTEN)
    break_everything(invested)
    result = invested.run("flatten_job")
    assert result.success
    assert steps_of(result) == [
        "account_snapshot",
        "allocation_comparison",
        "rebalance_plan",
        "execution_result",
    ]
    target = record(invested, TargetAllocation)
    assert isinstance(target, TargetAllocation)
    assert (target.lines, target.strategies, target.cash_weight) == ((), (), 1)
    assert target.envelope.causation_id == change_id
    assert held(invested) == set()
    assert invested.run("reconciliation_job").success


STRICT = """
[sanity]
turnover_floor = 0

[trading]
approval = "required"
"""


def test_neither_the_look_at_decisions_nor_an_approval_stands_before_who_gets_out(invested: Day) -> None:
    invested.settings_file.write_text(invested.settings_file.read_text() + STRICT)
    put(invested, HaltLevel.FLATTEN)
    result = invested.run("flatten_job")
    assert result.success
    assert all(check.passed or check.check_name == NOT_HALTED_CHECK for check in checks_of(result))
    (given,) = ApprovalBook(invested.desk.database).of_session("simulated", SESSION, ApprovalScope.PLAN)
    assert (given.by, given.reason, given.subject_id) == ("anna", "because", plan_of(invested).plan_id)
    assert held(invested) == set()


def test_a_plan_to_sell_everything_is_not_traded_once_trading_was_resumed(invested: Day) -> None:
    #
    put(invested, HaltLevel.FLATTEN)
    materialise(invested, GETTING_OUT[:3], "left")
    put(invested, HaltLevel.NONE)
    result = materialise(invested, GETTING_OUT[3:], "late")
    assert not result.success
    assert "the plan sells everything, and the level in force is none by now" in failure_text(result)
    assert held(invested) == {"SPY", "TLT"}


def test_sold_out_it_stays_so_until_trading_is_resumed(invested: Day) -> None:
    #
    put(invested, HaltLevel.FLATTEN)
    assert invested.run("flatten_job").success
    again = invested.run("flatten_job", tags={"alchemiser/correlation_id": "again"})
    assert again.success
    assert plan_of(invested, "again").is_empty
    assert invested.run(tags={"alchemiser/correlation_id": "as-ever"}).success
    assert plan_of(invested, "as-ever").is_empty
    assert held(invested) == set()


def test_a_job_that_sells_everything_is_refused_where_nobody_asked_for_it(invested: Day) -> None:
    #
    result = invested.run("flatten_job")
    assert not result.success
    assert failure_text(result) == (
        "flatten_job: this job sells everything, and the level in force is none. "
        "Nothing was sent; `alchemiser flatten --reason TEXT` asks for it"
    )
    assert held(invested) == {"SPY", "TLT"}


def begun(day: Day, correlation: str) -> RebalancePlan:
    """Begin the run's plan and leave it, as a process that dies does before its first order."""
    plan = plan_of(day, correlation)
    day.desk.executions.open(plan, day.desk.clock.now())
    return plan


def plan_only(day: Day, correlation: str, decision: Sequence[str]) -> RebalancePlan:
    """Make a plan and begin it, without an order."""
    assert materialise(day, [*decision, *GETTING_OUT[:3]], correlation).success
    return begun(day, correlation)


def test_a_plan_to_sell_everything_is_not_taken_up_again_after_a_resumption(invested: Day) -> None:
    put(invested, HaltLevel.FLATTEN)
    left = plan_only(invested, "left", ())
    assert {line.side for line in left.lines} == {Side.SELL}
    put(invested, HaltLevel.NONE)
    assert invested.run().success
    assert plan_of(invested).plan_id != left.plan_id
    assert held(invested) == {"SPY", "TLT"}


def test_a_plan_that_follows_strategies_is_not_taken_up_again_once_everything_is_sold(invested: Day) -> None:
    invested.settings_file.with_name("two_funds.clj").write_text(TO_TLT)
    left = plan_only(invested, "left", DECIDING)
    assert Side.BUY in {line.side for line in left.lines}
    put(invested, HaltLevel.FLATTEN)
    assert invested.run("flatten_job").success
    assert plan_of(invested).plan_id != left.plan_id
    assert held(invested) == set()


@pytest.mark.parametrize(("level", "minutes"), [(HaltLevel.FLATTEN, 210), (HaltLevel.REDUCE_ONLY, 30)])
def test_who_gets_out_may_do_so_all_day(day: Day, level: HaltLevel, minutes: int) -> None:
    put(day, level)
    assert day.desk.permit(SESSION).window.total_seconds() == minutes * 60
