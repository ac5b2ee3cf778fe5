"""Runs and how they ended: from what the ledger has of them, and never more than that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from operations.operations_bench import MONDAY, TUESDAY, Measured, at
from support.days import Day
from support.filled_ledger import ACCOUNT, end_row, run_row, step_row

from alchemiser_dagster.assets.names import LANE_TAG
from alchemiser_dagster.ledger.known_stories import TRADING_JOBS
from alchemiser_dagster.ledger.tables import run_ends, run_steps, runs
from alchemiser_dagster.operations.readings import read_readings
from alchemiser_dagster.operations.runs import RunMeasure, RunState, run_measures
from alchemiser_dagster.records.values import Trigger


@pytest.fixture
def ledger(tmp_path: Path) -> Measured:
    return Measured(tmp_path)


def measured(ledger: Measured) -> tuple[RunMeasure, ...]:
    return run_measures(read_readings(ledger.database, ACCOUNT))


def test_a_ledger_without_runs_measures_nothing_and_invents_nothing(ledger: Measured) -> None:
    #
    measures = ledger.history().measures
    assert (measures.success_rate, measures.run_seconds, measures.waited_seconds) == (None, None, None)
    assert (measures.seconds_to_first_order, measures.orders.cost, measures.sessions_due) == (None, None, 0)


@pytest.mark.parametrize(
    ("job", "states", "state"),
    [
        ("trading_job", ("ended", "ended"), RunState.UNFINISHED),
        ("trading_job", ("ended", "failed"), RunState.FAILED),
        ("trading_job", (), RunState.UNFINISHED),
        ("reconciliation_job", ("ended", "ended"), RunState.ENDED),
        ("reconciliation_job", ("ended", "started"), RunState.UNFINISHED),
        ("reconciliation_job", ("ended", "failed"), RunState.FAILED),
        ("reconciliation_job", (), RunState.UNFINISHED),
    ],
)
def test_a_run_without_an_outcome_is_judged_by_its_steps(
    ledger: Measured, job: str, states: tuple[str, ...], state: RunState
) -> None:
    # a trading run is at its end when its outcome is known, not when its steps are done
    ledger.write(runs, run_row("run", MONDAY, at(MONDAY), job=job))
    for number, of_step in enumerate(states):
        ledger.write(
            run_steps, step_row("run", f"step{number}", MONDAY, at(MONDAY), state=of_step, code="data")
        )
    (run,) = measured(ledger)
    assert run.state is state
    assert run.code == ("data" if state is RunState.FAILED else None)


@pytest.mark.parametrize("outcome", ["traded", "nothing to do", "partial", "skipped", "failed"])
def test_the_outcome_of_a_run_is_what_was_kept_of_its_end(ledger: Measured, outcome: str) -> None:
    #
    ledger.write(runs, run_row("run", MONDAY, at(MONDAY)))
    ledger.write(run_steps, step_row("run", "execution_result", MONDAY, at(MONDAY)))
    ledger.write(run_ends, end_row("run", MONDAY, at(MONDAY), outcome=outcome, code="order"))
    (run,) = measured(ledger)
    assert run.state == outcome
    assert run.code == (None if outcome in {"traded", "nothing to do"} else "order")


@pytest.mark.parametrize("before", ["repeated", "failed"])
def test_a_step_that_was_repeated_counts_with_all_its_attempts(ledger: Measured, before: str) -> None:
    rows = ((before, 1, 2.0), ("ended", 2, 0.5))
    ledger.write(runs, run_row("run", MONDAY, at(MONDAY), job="reconciliation_job"))
    for state, attempt, seconds in rows:
        step = step_row("run", "market_data", MONDAY, at(MONDAY), state=state)
        ledger.write(run_steps, {**step, "attempt": attempt, "duration_seconds": seconds})
    (run,) = measured(ledger)
    assert (run.state, run.steps, run.step_seconds) == (RunState.ENDED, {"market_data": 2.5}, 2.5)
    taken = ledger.history().measures.step_seconds["market_data"]
    assert (taken.count, taken.worst) == (1, 0.5)


def test_a_run_of_which_only_the_end_is_known_is_counted(ledger: Measured) -> None:
    ledger.write(run_ends, end_row("old", MONDAY, at(MONDAY), outcome="failed", code="data"))
    (run,) = measured(ledger)
    assert (run.job, run.trigger, run.step_seconds, run.waited_seconds) == (None, None, None, None)
    assert (run.state, run.is_trading, run.code) == (RunState.FAILED, True, "data")


def test_how_long_a_run_waited_is_known_only_where_it_can_be(ledger: Measured) -> None:
    later = at(MONDAY) + timedelta(seconds=5)
    ledger.write(
        runs,
        run_row("a", MONDAY, at(MONDAY), launched_at=at(MONDAY) - timedelta(seconds=4)),
        run_row("b", MONDAY, at(MONDAY), launched_at=None, trigger="person"),
        run_row("c", MONDAY, at(MONDAY), launched_at=later, trigger="command"),
    )
    found = {run.run_id: run for run in measured(ledger)}
    assert [found[name].waited_seconds for name in "abc"] == [4.0, None, None]
    assert found["b"].trigger is Trigger.PERSON


def test_runs_of_one_correlation_id_are_one_trading_run(ledger: Measured) -> None:
    # a run that failed and was resumed ended as the resumption did
    ledger.write(
        runs,
        run_row("a", MONDAY, at(MONDAY)),
        run_row("b", MONDAY, at(MONDAY, 20, 50), job="resume_job", trigger="sensor", number=2),
        run_row("c", TUESDAY, at(TUESDAY), correlation_id="other"),
    )
    ledger.write(
        run_ends,
        end_row("a", MONDAY, at(MONDAY), outcome="failed", code="broker"),
        end_row("b", MONDAY, at(MONDAY, 20, 55)),
        end_row("c", TUESDAY, at(TUESDAY), outcome="failed", code="data", correlation_id="other"),
    )
    resumed, failed = ledger.history().trading
    assert (resumed.outcome, resumed.runs, resumed.trigger) == (RunState.TRADED, 2, Trigger.SCHEDULE)
    assert (failed.outcome, failed.code) == (RunState.FAILED, "data")
    measures = ledger.history().measures
    assert measures.success_rate == 0.5
    assert measures.runs_by_job == {"trading_job": 2, "resume_job": 1}


def test_skipped_and_unfinished_runs_are_no_failures(ledger: Measured) -> None:
    for name, outcome in (("a", "traded"), ("b", "skipped")):
        ledger.write(runs, run_row(name, MONDAY, at(MONDAY), correlation_id=name))
        end = end_row(name, MONDAY, at(MONDAY), outcome=outcome, correlation_id=name)
        ledger.write(run_ends, end)
    ledger.write(runs, run_row("c", MONDAY, at(MONDAY), correlation_id="c"))
    measures = ledger.history().measures
    assert measures.runs_by_state == {"traded": 1, "skipped": 1, "not finished": 1}
    assert measures.success_rate == 1.0


def test_the_trading_jobs_are_those_of_the_trading_lane(day: Day) -> None:
    in_lane = {job.name for job in day.definitions.jobs or () if LANE_TAG in (job.tags or {})}
    assert in_lane == TRADING_JOBS
