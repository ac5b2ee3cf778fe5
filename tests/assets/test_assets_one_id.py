"""One id from first to last: a whole traded day, launched by a schedule and launched by a person."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
import pytest
from sqlalchemy import select
from support.days import Day

from alchemiser_dagster.assets.names import CORRELATION_TAG, TRIGGER_TAG
from alchemiser_dagster.automation.follow_up import caused_tags
from alchemiser_dagster.broker.call_records import CallRecord, calls_of
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.run_book import RunBook, StepState
from alchemiser_dagster.logs import configure_logging, stop_logging
from alchemiser_dagster.records.values import Trigger
from alchemiser_dagster.settings.choices import LogFormat, LogLevel
from alchemiser_dagster.telemetry.span_ids import span_of_step

BY_SCHEDULE = {CORRELATION_TAG: "scheduled", TRIGGER_TAG: "schedule"}
STEPS = (
    "market_data",
    "strategy_signals",
    "target_allocation",
    "account_snapshot",
    "allocation_comparison",
    "rebalance_plan",
    "execution_result",
)
ALWAYS_TOLD = ("journal", "executions", "orders", "notices", "run_ends", "runs", "run_steps")


@dataclass(frozen=True)
class Traded:
    """A day that was traded and compared, and the lines that it logged."""

    day: Day
    trading: dg.ExecuteInProcessResult
    aftermath: dg.ExecuteInProcessResult
    lines: tuple[Mapping[str, str], ...]
    trigger: Trigger

    @property
    def correlation_id(self) -> str:
        return "scheduled" if self.trigger is Trigger.SCHEDULE else self.trading.run_id

    @property
    def book(self) -> RunBook:
        return RunBook(self.day.desk.database)

    def calls(self, run_id: str) -> tuple[CallRecord, ...]:
        return calls_of(self.day.desk.settings.data_dir, self.day.session, run_id)


def launch(day: Day, job: str, tags: Mapping[str, str]) -> dg.ExecuteInProcessResult:
    desk = {"settings_file": str(day.settings_file), "session": str(day.session), "console_notices": False}
    return day.definitions.resolve_job_def(job).execute_in_process(
        partition_key=str(day.session),
        run_config={"resources": {"desk": {"config": desk}}},
        tags=dict(tags),
        instance=day.instance,
    )


@pytest.fixture(scope="module", params=[Trigger.SCHEDULE, Trigger.PERSON])
def traded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Traded:
    lines = io.StringIO()
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream=lines)
    day = Day.in_folder(tmp_path_factory.mktemp("traded"))
    trading = launch(day, "trading_job", BY_SCHEDULE if request.param is Trigger.SCHEDULE else {})
    kept = day.instance.get_run_by_id(trading.run_id)
    assert kept is not None
    follow_up = caused_tags(kept.tags[CORRELATION_TAG], trading.run_id)
    aftermath = launch(day, "reconciliation_job", follow_up)
    logged = tuple(json.loads(line) for line in lines.getvalue().splitlines())
    stop_logging()
    return Traded(day, trading, aftermath, logged, request.param)


@pytest.mark.parametrize("name", ALWAYS_TOLD)
def test_every_row_carries_the_one_id(traded: Traded, name: str) -> None:
    #
    table = tables.metadata.tables[name]
    with traded.day.desk.database.reading() as connection:
        found = connection.execute(select(table.c.correlation_id)).scalars().all()
    assert found
    assert set(found) == {traded.correlation_id}


def test_fills_and_changes_of_orders_lead_to_orders_that_carry_it(traded: Traded) -> None:
    #
    with traded.day.desk.database.reading() as connection:
        orders = set(connection.execute(select(tables.orders.c.client_order_id)).scalars())
        changed = set(connection.execute(select(tables.order_events.c.client_order_id)).scalars())
        filled = set(connection.execute(select(tables.fills.c.client_order_id)).scalars())
        counted = set(connection.execute(select(tables.admissions.c.client_order_id)).scalars())
    assert orders == changed == filled == counted != set()


def test_every_cause_leads_back_to_the_run_that_a_person_or_a_schedule_began(traded: Traded) -> None:
    #
    story = traded.day.desk.journal.story(traded.correlation_id)
    causes = {record.envelope.record_id: record.envelope.causation_id for record in story}
    causes |= {run.run_id: run.causation_id for run in traded.book.of_correlation(traded.correlation_id)}
    for each in list(causes):
        path = [each]
        while causes[path[-1]] != path[-1]:
            path.append(causes[path[-1]])
            assert len(path) <= len(causes)
        assert path[-1] == traded.trading.run_id


def test_the_runs_say_what_launched_them_and_when(traded: Traded) -> None:
    #
    trading, aftermath = traded.book.of_correlation(traded.correlation_id)
    assert (trading.job, trading.trigger, trading.causation_id) == (
        "trading_job",
        traded.trigger,
        traded.trading.run_id,
    )
    assert (aftermath.job, aftermath.trigger) == ("reconciliation_job", Trigger.SENSOR)
    assert aftermath.causation_id == traded.trading.run_id
    for run in (trading, aftermath):
        assert run.launched_at is not None
        assert run.launched_at <= run.began_at
        assert run.session == traded.day.session


def test_every_step_is_kept_with_its_end_and_duration(traded: Traded) -> None:
    #
    steps = traded.book.steps_of(traded.correlation_id)
    assert tuple(step.step for step in steps[: len(STEPS)]) == STEPS
    assert {"reconciliation_report", "signals_recompute"} <= {step.step for step in steps[len(STEPS) :]}
    for step in steps:
        assert (step.state, step.code, step.message) == (StepState.ENDED, None, None)
        assert step.duration_seconds is not None
        assert step.span_id == span_of_step(step.run_id, step.step, 1)


def test_every_line_of_the_log_carries_the_one_id(traded: Traded) -> None:
    #
    runs = {traded.trading.run_id, traded.aftermath.run_id}
    assert traded.lines
    assert {line.get("correlation_id") for line in traded.lines} == {traded.correlation_id}
    assert {line["run_id"] for line in traded.lines} == runs
    inside = [line for line in traded.lines if line["logger"] == "alchemiser_dagster.execution"]
    assert {(line["step"], line["span_id"]) for line in inside} == {
        ("execution_result", span_of_step(traded.trading.run_id, "execution_result", 1))
    }


def test_what_the_ui_shows_carries_the_one_id(traded: Traded) -> None:
    #
    for run in (traded.trading, traded.aftermath):
        made = [event.materialization for event in run.all_events if event.is_step_materialization]
        checks = run.get_asset_check_evaluations()
        assert made
        assert checks
        assert {(one.tags or {})["alchemiser/correlation_id"] for one in made} == {traded.correlation_id}
        assert {one.metadata["correlation_id"].value for one in checks} == {traded.correlation_id}


def test_runs_are_found_by_the_one_id_however_they_were_launched(traded: Traded) -> None:
    #
    tagged = dg.RunsFilter(tags={CORRELATION_TAG: traded.correlation_id})
    found = {run.run_id for run in traded.day.instance.get_runs(tagged)}
    assert found == {traded.trading.run_id, traded.aftermath.run_id}


def test_every_call_of_the_broker_lies_in_a_step_of_its_run(traded: Traded) -> None:
    #
    for run_id, expected in (
        (traded.trading.run_id, {"account", "positions", "quotes", "assets", "submit", "clock"}),
        (traded.aftermath.run_id, {"account", "positions", "orders_since", "fills_since"}),
    ):
        calls = traded.calls(run_id)
        steps = {step.span_id for step in traded.book.steps_of(traded.correlation_id)}
        assert expected <= {call.call for call in calls}
        assert {call.span_id for call in calls} <= steps
        assert len({call.call_id for call in calls}) == len(calls)


def test_what_was_sent_and_answered_can_be_read_again(traded: Traded) -> None:
    #
    sent = [call for call in traded.calls(traded.trading.run_id) if call.call == "submit"]
    with traded.day.desk.database.reading() as connection:
        orders = set(connection.execute(select(tables.orders.c.client_order_id)).scalars())
    asked = {str(call.request["request"]["client_order_id"]) for call in sent}  # type: ignore[call-overload,index]
    assert asked == orders
    assert all(isinstance(call.answer, dict) and call.answer["symbol"] in {"SPY", "TLT"} for call in sent)
