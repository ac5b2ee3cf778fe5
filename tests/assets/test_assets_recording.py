"""What is kept of steps that fail, are begun again, or can't be kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import text
from support.days import Day

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import open_stage
from alchemiser_dagster.broker.call_records import call_file, calls_of
from alchemiser_dagster.errors import AlchemiserError, DataError, DataUnavailableError
from alchemiser_dagster.ledger.run_book import RunBook, StepRow, StepState
from alchemiser_dagster.logs import configure_logging, stop_logging
from alchemiser_dagster.records.values import Trigger

SECRET = "sesame-of-the-database"  # noqa: S105 - invented
CORRELATION = "correlation"


@dataclass
class Odd:
    """An asset whose step goes as the test wants, in a folder of its own."""

    day: Day

    def run(self, work: Callable[[DeskResource], None], name: str = "odd") -> dg.ExecuteInProcessResult:
        def body(context: dg.AssetExecutionContext, desk: DeskResource) -> None:
            with open_stage(context, desk, name):
                work(desk)

        body.__annotations__ = {"context": dg.AssetExecutionContext, "desk": DeskResource}
        resource = DeskResource(
            settings_file=str(self.day.settings_file), session=str(self.day.session), console_notices=False
        )
        return dg.materialize(
            [dg.asset(name=name)(body)],
            instance=self.day.instance,
            resources={"desk": resource},
            tags={"alchemiser/correlation_id": CORRELATION},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )

    @property
    def steps(self) -> tuple[StepRow, ...]:
        return RunBook(self.day.desk.database).steps_of(CORRELATION)


@pytest.fixture
def odd(day: Day) -> Odd:
    return Odd(day)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    lines = io.StringIO()
    configure_logging(stream=lines)
    yield lines
    stop_logging()


def failing(error: BaseException) -> Callable[[DeskResource], None]:
    def work(desk: DeskResource) -> None:
        del desk
        raise error

    return work


def test_a_step_that_fails_is_kept_with_the_words_of_its_error(odd: Odd) -> None:
    #
    assert not odd.run(failing(DataError("there is no bar", where="SPY"))).success
    (step,) = odd.steps
    assert (step.state, step.code, step.message) == (StepState.FAILED, "data", "SPY: there is no bar")
    assert step.duration_seconds is not None


def test_an_error_that_nobody_expected_is_kept_without_its_words(odd: Odd) -> None:
    #
    assert not odd.run(failing(ValueError(SECRET))).success
    (step,) = odd.steps
    assert (step.state, step.code, step.message) == (StepState.FAILED, "unexpected", "unexpected ValueError")


def test_no_secret_reaches_what_is_kept(odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
    #
    monkeypatch.setenv("ALCHEMISER_ALPACA__SECRET_KEY", SECRET)
    assert not odd.run(failing(DataError(f"the server said {SECRET}"))).success
    (step,) = odd.steps
    assert step.message == "the server said **********"


def test_a_step_that_is_begun_again_is_kept_once_for_each_try(odd: Odd) -> None:
    #
    errors: list[AlchemiserError] = [DataUnavailableError("the source is away")]

    def away_once(desk: DeskResource) -> None:
        del desk
        if errors:
            raise errors.pop()

    assert odd.run(away_once, "market_data").success
    first, second = odd.steps
    assert (first.attempt, first.state, first.code) == (1, StepState.REPEATED, "data-unavailable")
    assert (second.attempt, second.state, second.code) == (2, StepState.ENDED, None)
    assert first.message == "the source is away"
    assert first.span_id != second.span_id


def test_a_step_whose_process_died_stays_begun(odd: Odd) -> None:
    #
    seen: list[StepRow] = []
    assert odd.run(lambda _: seen.extend(odd.steps)).success
    assert [step.state for step in seen] == [StepState.STARTED]


def test_a_run_for_no_session_is_a_persons(odd: Odd) -> None:
    assert odd.run(lambda _: None).success
    (run,) = RunBook(odd.day.desk.database).of_correlation(CORRELATION)
    assert (run.session, run.trigger, run.causation_id) == (None, Trigger.PERSON, run.run_id)


@pytest.mark.parametrize("lost", ["runs", "run_steps"])
def test_what_the_ledger_does_not_take_breaks_no_step(odd: Odd, lost: str, told: io.StringIO) -> None:
    #
    with odd.day.desk.database.transaction() as connection:
        connection.execute(text(f"DROP TABLE {lost}"))
    done: list[bool] = []
    assert odd.run(lambda _: done.append(True)).success
    assert done == [True]
    assert "of a step is not kept" in told.getvalue()


def test_a_failure_is_told_also_where_the_ledger_does_not_take_it(odd: Odd) -> None:
    #
    with odd.day.desk.database.transaction() as connection:
        connection.execute(text("DROP TABLE run_steps"))
    result = odd.run(failing(DataError("there is no bar")))
    failed = next(event for event in result.all_events if event.is_step_failure)
    said = failed.step_failure_data.user_failure_data
    assert said is not None
    assert said.description == "there is no bar"


def test_calls_between_steps_and_outside_of_a_run_are_not_kept(odd: Odd) -> None:
    def ask(desk: DeskResource) -> None:
        desk.desk().reader.positions()

    odd.day.desk.reader.account()
    result = odd.run(ask)
    calls = calls_of(odd.day.desk.settings.data_dir, None, result.run_id)
    assert [call.call for call in calls] == ["positions"]
    assert [call.span_id for call in calls] == [step.span_id for step in odd.steps]


def test_a_folder_that_can_not_be_written_breaks_no_call(odd: Odd, told: io.StringIO) -> None:
    #
    data = odd.day.desk.settings.data_dir
    data.mkdir(parents=True, exist_ok=True)
    (data / "requests").write_text("in the way")
    asked: list[object] = []

    def ask(desk: DeskResource) -> None:
        asked.extend([desk.desk().reader.account(), desk.desk().reader.account()])

    result = odd.run(ask)
    assert result.success
    assert len(asked) == 2
    assert told.getvalue().count("requests and answers are not kept") == 1
    assert not call_file(data, None, result.run_id).exists()


def test_a_run_leaves_no_file_open(odd: Odd) -> None:
    #
    def ask(desk: DeskResource) -> None:
        desk.desk().reader.positions()

    before = open_files(odd.day.folder)
    odd.run(ask)
    assert open_files(odd.day.folder) <= before


def open_files(folder: Path) -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        target = str(link.resolve())
        if target.startswith(str(folder)) and target.endswith(".jsonl"):
            found.add(target)
    return found
