from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.ledger.run_book import RunBook, RunRow, StepRow, StepState
from alchemiser_dagster.records.values import Trigger

NOON = datetime(2024, 11, 29, 17, tzinfo=UTC)
RUN = RunRow(
    run_id="run-1",
    job="trading_job",
    correlation_id="day",
    causation_id="run-1",
    account="simulated",
    session=date(2024, 11, 29),
    trigger=Trigger.SCHEDULE,
    launched_at=NOON - timedelta(seconds=5),
    began_at=NOON,
)
STEP = StepRow(
    run_id="run-1",
    step="market_data",
    attempt=1,
    correlation_id="day",
    account="simulated",
    session=date(2024, 11, 29),
    span_id="0123456789abcdef",
    began_at=NOON,
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[RunBook]:
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    migrate(database)
    yield RunBook(database)
    database.close()


def test_a_run_and_its_steps_are_read_back_as_they_were_written(book: RunBook) -> None:
    #
    ended = replace(STEP, duration_seconds=0.25, state=StepState.ENDED)
    book.began(RUN, STEP)
    book.step_ended(ended)
    assert book.of_correlation("day") == (RUN,) == book.since("simulated", NOON)
    assert book.of_run("run-1") == RUN
    assert book.steps_of("day") == (ended,) == book.steps_since("simulated", NOON)
    assert book.of_run("another") is None
    assert book.since("simulated", NOON + timedelta(seconds=1)) == book.since("another", NOON) == ()


def test_writing_again_changes_nothing(book: RunBook) -> None:
    #
    ended = replace(STEP, duration_seconds=0.25, state=StepState.ENDED)
    book.began(RUN, STEP)
    book.step_ended(ended)
    book.began(replace(RUN, began_at=NOON + timedelta(hours=1)), STEP)
    book.step_began(STEP)
    assert book.of_correlation("day") == (RUN,)
    assert book.steps_of("day") == (ended,)


@pytest.mark.parametrize("second", [StepState.STARTED, StepState.ENDED, StepState.FAILED])
@pytest.mark.parametrize("first", [StepState.ENDED, StepState.FAILED, StepState.REPEATED])
def test_a_step_that_is_over_keeps_its_end(book: RunBook, first: StepState, second: StepState) -> None:
    #
    book.step_ended(replace(STEP, state=first))
    book.step_ended(replace(STEP, state=second))
    assert [step.state for step in book.steps_of("day")] == [first]


def test_an_end_is_kept_also_where_the_beginning_could_not_be(book: RunBook) -> None:
    failed = replace(STEP, state=StepState.FAILED, duration_seconds=1.0, code="data", message="no bars")
    book.step_ended(failed)
    assert book.steps_of("day") == (failed,)


def test_attempts_at_a_step_are_kept_side_by_side(book: RunBook) -> None:
    first = replace(STEP, state=StepState.REPEATED, duration_seconds=1.0, code="data", message="no bars")
    second = replace(STEP, attempt=2, span_id="fedcba9876543210", state=StepState.ENDED, duration_seconds=2.0)
    book.step_ended(first)
    book.step_ended(second)
    assert book.steps_of("day") == (first, second)


def test_what_came_first_is_told_first_also_while_the_clock_stands(book: RunBook) -> None:
    names = ["strategy_signals", "market_data", "target_allocation", "account_snapshot"]
    for name in names:
        book.began(replace(RUN, run_id=f"run of {name}"), replace(STEP, step=name))
    for name in reversed(names):
        book.step_ended(replace(STEP, step=name, state=StepState.ENDED))
    assert [step.step for step in book.steps_of("day")] == names
    assert [run.run_id for run in book.of_correlation("day")] == [f"run of {name}" for name in names]


def test_a_state_that_nobody_knows_is_refused(book: RunBook) -> None:
    with pytest.raises(StorageError):
        book.step_began(replace(STEP, state="lost"))  # type: ignore[arg-type]
