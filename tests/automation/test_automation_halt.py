"""How runs that Dagster launched are counted: one end a run, refused ones as skipped."""

from __future__ import annotations

from datetime import date

import pytest
from support.days import Day

from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.automation.run_ends import count_end, end_of_failure
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.risk.halting import HaltWish, change_level

YESTERDAY = date(2024, 11, 27)


def ends(day: Day) -> tuple[RunEnd, ...]:
    desk = day.desk
    return tuple(RunEnds(desk.database).newest_first(desk.settings.account))


def test_a_day_that_went_well_is_one_end_however_often_it_is_reconciled(day: Day) -> None:
    #
    trading = day.run()
    assert ends(day) == ()
    day.run("reconciliation_job")
    day.run("reconciliation_job")
    (end,) = ends(day)
    assert (end.run_id, end.outcome, end.code) == (trading.run_id, Outcome.TRADED, "none")


def test_a_run_while_trading_is_halted_was_skipped(day: Day) -> None:
    desk = day.desk
    envelope = desk.envelope(RunIdentity(run_id="command", correlation_id="halting"), "test", ())
    change_level(desk.database, HaltWish(HaltLevel.HALT, "anna", "because"), day.session, envelope)
    day.run()
    (end,) = ends(day)
    assert (end.outcome, end.code) == (Outcome.SKIPPED, "halted")


def test_a_run_for_another_session_was_skipped(day: Day) -> None:
    day.run(partition=YESTERDAY)
    (end,) = ends(day)
    assert (end.outcome, end.code) == (Outcome.SKIPPED, "session")


@pytest.mark.parametrize("code", ["busy", "superseded", "halted", "approval"])
def test_a_refusal_never_halts_and_a_failure_does(day: Day, code: str) -> None:
    desk = day.desk
    for number, said in enumerate(["broker", "broker", code, code, code]):
        failure = StepFailure("account_snapshot", "x", said)
        count_end(desk, end_of_failure(desk, f"run-{number}", "correlation", day.session, failure))
    assert desk.halt is None
    last = StepFailure("account_snapshot", "x", "broker")
    count_end(desk, end_of_failure(desk, "run-9", "correlation", day.session, last))
    assert desk.halt is not None
    assert desk.halt.is_tripped
