"""A decision that looks strange stops the day until a person approves exactly what is strange."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import func, select
from support.command import Shown, alchemiser
from support.days import BUY_AND_HOLD, SESSION, SETTINGS, Day, failure_text

from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.tables import orders
from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.sanity import SanityKind, SanityReport
from alchemiser_dagster.records.values import Outcome

NEXT_SESSION = date(2024, 12, 2)
CROWDED = SETTINGS + "[sanity]\nlargest_weight = {}\n"
TWO_STRATEGIES = """
[market_data]
history_start = 2024-01-02

[[strategies]]
file = "two_funds.clj"
weight = 0.5

[[strategies]]
file = "other_funds.clj"
weight = 0.5
"""
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


@pytest.fixture
def crowded(tmp_path: Path) -> Day:
    return Day.in_folder(tmp_path, CROWDED.format("0.5"))


def sent(day: Day) -> int:
    with day.desk.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(orders)).scalar_one())


def check(result: dg.ExecuteInProcessResult, name: str = "decision_is_sane") -> dg.AssetCheckEvaluation:
    return next(found for found in result.get_asset_check_evaluations() if found.check_name == name)


def report(day: Day) -> SanityReport:
    found = day.desk.journal.latest(SanityReport, RecordQuery())
    assert found is not None
    return found


def approve(day: Day, *more: str) -> Shown:
    words = ("--by", "Ann", "--reason", "looked at it")
    return alchemiser(day.folder, "approve", str(day.session), *words, *more)


def again(day: Day, correlation_id: str = "again") -> dg.ExecuteInProcessResult:
    return day.run(tags={"alchemiser/correlation_id": correlation_id})


def test_a_strange_decision_stops_the_day_by_its_check_in_words(crowded: Day) -> None:
    #
    result = crowded.run()
    found = check(result)
    assert (found.passed, found.severity, found.blocking) == (False, ERROR, True)
    assert "SPY is to be 59.7 % of the account" in str(found.description)
    assert failure_text(result) == (
        "session 2024-11-29: SPY is to be 59.7 % of the account. Nothing was planned. If it is right as "
        "it is, type `alchemiser approve 2024-11-29 --by NAME --reason TEXT`, then run again"
    )
    made = [str(event.step_key) for event in result.all_events if event.is_step_success]
    assert "rebalance_plan" not in made
    assert sent(crowded) == 0


def test_the_report_of_what_is_strange_is_kept_and_shown(crowded: Day) -> None:
    result = crowded.run()
    kept = report(crowded)
    assert kept.is_blocked
    assert [finding.kind for finding in kept.blocking] == [SanityKind.CONCENTRATION]
    (made,) = result.asset_materializations_for_node("allocation_comparison")
    assert "SPY is to be 59.7 % of the account" in str(made.metadata["sanity"].value)
    assert made.metadata["comparison"].value


def test_an_approval_of_exactly_this_lets_the_day_go_on_and_is_named(crowded: Day) -> None:
    #
    crowded.run()
    blocked = report(crowded)
    assert approve(crowded).exit_code == 0
    result = again(crowded)
    assert result.success
    found = check(result)
    assert (found.passed, found.severity) == (False, WARN)
    assert str(found.description).startswith(
        "approved by Ann on 2024-11-29 17:45 UTC (looked at it): SPY is to be 59.7 % of the account"
    )
    kept, approval = report(crowded), crowded.desk.journal.latest(Approval, RecordQuery())
    assert approval is not None
    assert (kept.approved_by, kept.approval_id) == ("Ann", approval.envelope.record_id)
    assert approval.envelope.causation_id == blocked.envelope.record_id
    assert approval.envelope.correlation_id == "correlation"
    assert sent(crowded) == 2


def test_another_finding_needs_another_approval(crowded: Day) -> None:
    #
    crowded.run()
    approve(crowded)
    crowded.settings_file.write_text(CROWDED.format("0.3"))
    result = again(crowded)
    assert not result.success
    assert "TLT is to be 39.8 % of the account" in failure_text(result)
    assert sent(crowded) == 0
    assert approve(crowded).exit_code == 0
    assert again(crowded, "third").success


def test_the_approval_of_one_session_says_nothing_of_the_next(crowded: Day) -> None:
    crowded.run()
    approve(crowded)
    tomorrow = replace(crowded, session=NEXT_SESSION)
    assert not again(tomorrow).success
    assert sent(crowded) == 0


def test_a_blocked_decision_is_not_planned_on_by_a_way_around_its_check(crowded: Day) -> None:
    # a plan asks again, whatever launched it
    crowded.run()
    result = crowded.run("approved_job")
    assert not result.success
    assert "SPY is to be 59.7 % of the account" in failure_text(result)
    assert sent(crowded) == 0


def test_the_rest_of_a_blocked_run_goes_on_after_its_approval(crowded: Day) -> None:
    crowded.run()
    approve(crowded)
    assert crowded.run("approved_job").success
    result = crowded.desk.journal.latest(ExecutionResult, RecordQuery(correlation_id="correlation"))
    assert result is not None
    assert result.outcome is Outcome.TRADED


def test_a_book_that_all_strategies_leave_at_once_stops_the_day(tmp_path: Path) -> None:
    #
    (tmp_path / "other_funds.clj").write_text(BUY_AND_HOLD.replace("SPY", "QQQ").replace("TLT", "GLD"))
    day = Day.in_folder(tmp_path, TWO_STRATEGIES)
    assert day.run().success
    before = sent(day)
    for name in ("two_funds", "other_funds"):
        text = BUY_AND_HOLD.replace("SPY", "IWM").replace("TLT", "EEM")
        (tmp_path / f"{name}.clj").write_text(text)
    tomorrow = replace(day, session=NEXT_SESSION)
    result = again(tomorrow)
    assert not result.success
    assert {finding.kind for finding in report(tomorrow).blocking} == {SanityKind.FLIP, SanityKind.TURNOVER}
    assert {finding.symbol for finding in report(tomorrow).findings if not finding.is_blocking} >= {
        "EEM",
        "IWM",
    }
    assert sent(day) == before


def test_a_plan_that_was_begun_is_carried_on_whatever_looks_strange_by_now(day: Day) -> None:
    #
    day.run()
    with day.desk.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE executions SET state = 'open', closed_at = NULL, result_record_id = NULL"
        )
    day.settings_file.write_text(CROWDED.format("0.5"))
    result = again(day)
    assert result.success
    assert check(result).severity is WARN
    assert sent(day) == 2


def test_the_first_days_of_an_account_need_no_approval(day: Day) -> None:
    sessions = (SESSION, NEXT_SESSION, date(2024, 12, 3))
    runs = [again(replace(day, session=session), str(session)) for session in sessions]
    assert all(run.success for run in runs)
    assert not report(day).blocking
