"""Steps that only read are repeated while there is time; what is done about each other failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from support.days import BUY_AND_HOLD, Day
from support.paper_day import HISTORY, KEYS, PaperDay, before_close, paper_day

from alchemiser_dagster import errors
from alchemiser_dagster.assets.remedies import BY_ERROR, ORDERING_STEP, READING_STEPS, Remedy, remedy_of
from alchemiser_dagster.automation.failures import first_failure
from alchemiser_dagster.definitions import definitions_for
from alchemiser_dagster.look_alike.fault_plan import AnyFault, Status
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.retry import RetrySettings

SESSION = date(2024, 11, 27)
TWO_FUNDS = HISTORY + '\n[[strategies]]\nfile = "two_funds.clj"\nweight = 1.0\n'
NO_WAIT = "[retry]\nwaits_seconds = [30]\n"
UP_FOR_RETRY = dg.DagsterEventType.STEP_UP_FOR_RETRY


@contextmanager
def outage(
    monkeypatch: pytest.MonkeyPatch, *faults: AnyFault, minutes: int = 15, more: str = NO_WAIT
) -> Iterator[PaperDay]:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    with paper_day(before_close(str(SESSION), minutes), *faults, more=TWO_FUNDS + more) as day:
        (day.folder / "two_funds.clj").write_text(BUY_AND_HOLD)
        yield day


def traded(day: PaperDay) -> dg.ExecuteInProcessResult:
    """Run the trading job as a schedule launches it: without the command's look before."""
    settings_file = day.folder / "alchemiser.toml"
    definitions = definitions_for(load_settings(settings_file))
    return definitions.resolve_job_def("trading_job").execute_in_process(
        partition_key=str(SESSION),
        run_config={
            "resources": {
                "desk": {"config": {"settings_file": str(settings_file), "console_notices": False}}
            },
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        instance=dg.DagsterInstance.ephemeral(),
        raise_on_error=False,
    )


def repetitions(result: dg.ExecuteInProcessResult) -> list[str]:
    return [str(event.step_key) for event in result.all_events if event.event_type is UP_FOR_RETRY]


def unavailable(times: int | None, path: str = "*") -> Status:
    return Status(method="GET", status=503, path=path, times=times, is_json=False)


def test_an_outage_of_minutes_ends_in_a_traded_session(monkeypatch: pytest.MonkeyPatch) -> None:
    # the outage is over after 20 questions, which takes minutes of the look-alike's time
    with outage(monkeypatch, unavailable(20)) as day:
        began = day.world.clock.now()
        result = traded(day)
        assert result.success
        assert set(repetitions(result)) == {"market_data"}
        assert (day.world.clock.now() - began).total_seconds() > 60
        assert set(day.positions) == {"SPY", "TLT"}


def test_the_account_is_asked_for_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with outage(monkeypatch, unavailable(8, "/v2/account")) as day:
        result = traded(day)
        assert result.success
        assert set(repetitions(result)) == {"account_snapshot"}
        assert len(day.submitted) == len(set(day.submitted)) > 0


def test_an_outage_that_lasts_ends_in_its_own_words_before_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a deadline two minutes before the close, a margin of one
    with outage(monkeypatch, unavailable(None), minutes=5) as day:
        result = traded(day)
        failure = first_failure(result.all_events)
        assert failure is not None
        assert (failure.step, failure.code) == ("market_data", "broker-unavailable")
        assert "the server failed several times in a row" in failure.message
        assert repetitions(result)
        assert day.world.clock.now() <= before_close(str(SESSION), 3)
        assert day.writes == []


def test_no_more_repetitions_than_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with outage(monkeypatch, unavailable(None), more="[retry]\nmost = 2\nwaits_seconds = [1]\n") as day:
        assert repetitions(traded(day)) == ["market_data", "market_data"]


def test_keys_that_are_not_accepted_are_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with outage(monkeypatch, Status(status=401, times=None)) as day:
        result = traded(day)
        failure = first_failure(result.all_events)
        assert failure is not None
        assert failure.code == "broker"
        assert repetitions(result) == []


def test_the_last_wait_stands_for_all_that_follow() -> None:
    retry = RetrySettings()
    assert [retry.wait(number) for number in (1, 2, 3, 4, 20)] == [15, 30, 60, 60, 60]


def test_no_step_that_can_order_is_ever_repeated(day: Day) -> None:
    # neither Dagster nor a typed error repeats it, whatever went wrong
    definitions = day.definitions
    for job in definitions.jobs or []:
        resolved = definitions.resolve_job_def(job.name)
        assert resolved.tags["dagster/max_retries"] == "0", job.name
        assert resolved.op_retry_policy is None, job.name
        assert {node.definition.retry_policy for node in resolved.nodes} == {None}, job.name
    assert ORDERING_STEP not in READING_STEPS
    for code in codes():
        assert remedy_of(code, ORDERING_STEP) is not Remedy.RETRY
        assert remedy_of(code, "rebalance_plan") is not Remedy.RETRY
        assert remedy_of(code, "run") is not Remedy.RETRY


def codes() -> set[str]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return {kind.code for kind in kinds if issubclass(kind, errors.AlchemiserError)} | {"unexpected"}


def test_every_error_has_a_remedy_of_its_own_or_of_its_kind() -> None:
    assert errors.AlchemiserError in BY_ERROR
    stopped = {code for code in codes() if remedy_of(code, ORDERING_STEP) is Remedy.STOP}
    assert stopped == {
        "configuration", "strategy", "no-signal", "data", "session", "risk", "limit", "sanity", "halted",
        "approval", "busy", "superseded", "notification",
    }  # fmt: skip
    repeated = {code for code in codes() if remedy_of(code, "market_data") is Remedy.RETRY}
    assert repeated == {"broker-unavailable", "data-unavailable"}


def test_a_step_that_cannot_order_leaves_nothing_to_recover_from() -> None:
    assert remedy_of("broker", "account_snapshot") is Remedy.STOP
    assert remedy_of("unexpected", "market_data") is Remedy.STOP
    assert remedy_of("unexpected", "run") is Remedy.RECOVER
    assert remedy_of("broker-unavailable", ORDERING_STEP) is Remedy.RECOVER


def test_the_code_of_all_steps_is_read_where_dagster_could_repeat_one() -> None:
    # no retry policy anywhere in the package
    package = Path(errors.__file__).parent
    users = {file.name for file in package.rglob("*.py") if "RetryPolicy" in file.read_text()}
    assert users == set()
    asking = {file.name for file in package.rglob("*.py") if "raise dg.RetryRequested" in file.read_text()}
    assert asking == {"repeating.py"}
