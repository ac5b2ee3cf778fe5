from __future__ import annotations

import dagster as dg
import pytest
from support.days import BUY_AND_HOLD, Day

from alchemiser_dagster.symphony.engine.evaluation import Evaluation


def checked(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (found,) = (
        check for check in result.get_asset_check_evaluations() if check.check_name == "signals_recompute"
    )
    return found


def test_the_signals_of_a_day_are_computed_again_behind_the_reconciliation(day: Day) -> None:
    #
    trading = day.run()
    assert all(check.check_name != "signals_recompute" for check in trading.get_asset_check_evaluations())
    aftermath = day.run("reconciliation_job")
    assert aftermath.success
    assert checked(aftermath).passed
    assert checked(aftermath).description == "1 of 1 decisions are equal in every bit"
    assert "| 2024-11-29 | two_funds | yes | equal |" in str(checked(aftermath).metadata["decisions"].value)


def test_a_named_reason_is_a_warning_and_stops_nothing(day: Day) -> None:
    day.run()
    (day.folder / "two_funds.clj").write_text(BUY_AND_HOLD.replace("0.6", "0.3"))
    aftermath = day.run("reconciliation_job")
    assert aftermath.success
    assert not checked(aftermath).passed
    assert checked(aftermath).severity is dg.AssetCheckSeverity.WARN


def test_an_unexplained_difference_is_an_error_of_the_check(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    day.run()
    monkeypatch.setattr(Evaluation, "target_on", lambda *_: {"SPY": 1.0})
    found = checked(day.run("reconciliation_job"))
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert found.description == "0 of 1 decisions are equal in every bit; 1 unexplained"


def test_what_can_t_be_checked_fails_the_check_and_not_the_run(day: Day) -> None:
    day.run()
    (day.folder / "two_funds.clj").write_text("(defsymphony")
    aftermath = day.run("reconciliation_job")
    assert aftermath.success
    assert not checked(aftermath).passed
    assert "could not be checked" in str(checked(aftermath).description)


def test_a_session_without_a_decision_has_nothing_to_compute(day: Day) -> None:
    aftermath = day.run("reconciliation_job")
    assert checked(aftermath).passed
    assert checked(aftermath).description == "0 of 0 decisions are equal in every bit"
