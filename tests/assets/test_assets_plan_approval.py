"""Where plans wait for a person: nothing is sent without an approval of exactly the plan that is traded."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import func, select
from support.command import Shown, alchemiser
from support.days import SETTINGS, Day, failure_text

from alchemiser_dagster.assets.names import AGAIN_TAG, CORRELATION_TAG
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.tables import orders, simulated_orders
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import OrderRequest, OrderType
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome, Side

REQUIRED = '{}\n[trading]\napproval = "required"\n'.format(SETTINGS.split("[[", maxsplit=1)[0]) + (
    '\n[[strategies]]\nfile = "two_funds.clj"\nweight = 1.0\n'
)


@pytest.fixture
def waiting(tmp_path: Path) -> Day:
    return Day.in_folder(tmp_path, REQUIRED)


def sent(day: Day) -> int:
    with day.desk.database.reading() as connection:
        counted = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (orders, simulated_orders)
        ]
    return int(sum(counted))


def approve(day: Day, *more: str) -> Shown:
    return alchemiser(
        day.folder, "approve", str(day.session), "--by", "Ann", "--reason", "looked at it", *more
    )


def again(day: Day, correlation_id: str = "again") -> dg.ExecuteInProcessResult:
    return day.run(tags={"alchemiser/correlation_id": correlation_id})


def newest_plan(day: Day, correlation_id: str | None = None) -> RebalancePlan:
    plan = day.desk.journal.latest(RebalancePlan, RecordQuery(correlation_id=correlation_id))
    assert plan is not None
    return plan


def contents(plan: RebalancePlan) -> RebalancePlan:
    return plan.model_copy(update={"envelope": None})


def check(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (found,) = [one for one in result.get_asset_check_evaluations() if one.check_name == "plan_is_approved"]
    return found


def move_prices(day: Day) -> None:
    """Let the target weights be others, so that a new plan would not be the approved one."""
    (day.folder / "two_funds.clj").write_text(
        (day.folder / "two_funds.clj").read_text().replace("0.6", "0.5").replace("0.4", "0.5")
    )


def test_the_run_stops_after_its_plan_and_sends_nothing(waiting: Day) -> None:
    #
    result = waiting.run()
    assert not result.success
    found = check(result)
    assert (found.passed, found.severity, found.blocking) == (False, dg.AssetCheckSeverity.ERROR, True)
    plan = newest_plan(waiting)
    assert failure_text(result) == (
        f"plan {plan.plan_id[:12]}: the plan of 2 trades waits for a person's approval. Nothing was sent. "
        "Until 17:58 UTC type `alchemiser approve 2024-11-29 --by NAME --reason TEXT`, then run again"
    )
    assert sent(waiting) == 0


def test_nothing_is_ever_sent_without_an_approval(waiting: Day) -> None:
    #
    for number in range(3):
        assert not again(waiting, str(number)).success
    assert not waiting.run("approved_job").success
    assert sent(waiting) == 0


def test_a_later_run_trades_exactly_the_plan_that_was_approved(waiting: Day) -> None:
    waiting.run()
    approved = newest_plan(waiting)
    assert approve(waiting).exit_code == 0
    move_prices(waiting)
    result = again(waiting)
    assert result.success
    traded = newest_plan(waiting, "again")
    assert contents(traded) == contents(approved)
    assert str(check(result).description).startswith("approved by Ann on 2024-11-29 17:45 UTC")
    held = {position.symbol: position.quantity for position in waiting.desk.reader.positions()}
    assert held == {line.symbol: line.quantity for line in approved.lines}


def test_an_approved_plan_is_traded_once(waiting: Day) -> None:
    #
    waiting.run()
    approve(waiting)
    again(waiting)
    before = sent(waiting)
    assert again(waiting, "third").success
    result = waiting.desk.journal.latest(ExecutionResult, RecordQuery(correlation_id="third"))
    assert result is not None
    assert result.outcome is Outcome.NOTHING_TO_DO
    assert sent(waiting) == before


def test_an_empty_plan_waits_for_nobody(waiting: Day) -> None:
    #
    waiting.run()
    approve(waiting)
    again(waiting)
    result = again(waiting, "third")
    assert result.success
    assert check(result).description == "no approval is needed"


def test_an_approval_is_of_one_plan_and_not_of_the_next(waiting: Day) -> None:
    #
    waiting.run()
    approve(waiting)
    again(waiting)
    before = sent(waiting)
    move_prices(waiting)
    assert not waiting.run(tags={CORRELATION_TAG: "third", AGAIN_TAG: "person"}).success
    assert sent(waiting) == before


def test_an_approved_plan_that_the_account_has_outrun_is_given_up_in_words(waiting: Day) -> None:
    #
    waiting.run()
    approved = newest_plan(waiting)
    approve(waiting)
    desk = waiting.desk
    broker = getattr(desk.reader, "inner", desk.reader)
    assert isinstance(broker, SimulatedBroker)
    broker.submit(
        OrderRequest(
            client_order_id="by-hand",
            symbol="SPY",
            side=Side.BUY,
            quantity=Decimal(3),
            order_type=OrderType.MARKET,
        )
    )
    before = sent(waiting)
    result = again(waiting)
    assert not result.success
    assert (
        f"plan {approved.plan_id[:12]}, approved by Ann, is given up: the account had 100000.00 in cash"
        in (failure_text(result))
    )
    assert newest_plan(waiting, "again").plan_id != approved.plan_id
    assert sent(waiting) == before


def test_after_the_deadline_no_approved_plan_begins(waiting: Day) -> None:
    #
    waiting.run()
    approve(waiting)
    late = 'approval = "required"\ndeadline_seconds = 1200'
    begun_before = "\n[schedule]\nlead_minutes = 25\n"
    waiting.settings_file.write_text(REQUIRED.replace('approval = "required"', late) + begun_before)
    result = again(waiting)
    assert not result.success
    assert "a plan that needs approval may begin until 17:40 UTC, and it is 17:45" in failure_text(result)
    refused = approve(waiting)
    assert refused.exit_code == 2
    assert "approvals were taken until 17:40 UTC, and it is 17:45" in refused.err
    assert sent(waiting) == 0


def asked(day: Day) -> dg.RunRequest | dg.SkipReason:
    desk = DeskResource(settings_file=str(day.settings_file), session=str(day.session), console_notices=False)
    sensor = day.definitions.resolve_sensor_def("go_on_after_approval")
    with dg.build_sensor_context(instance=day.instance, resources={"desk": desk}) as context:
        answer = sensor(context)
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


def test_an_approval_launches_the_rest_of_the_run_under_its_correlation_id(waiting: Day) -> None:
    #
    stopped = waiting.run()
    assert isinstance(asked(waiting), dg.SkipReason)
    approve(waiting)
    request = asked(waiting)
    assert isinstance(request, dg.RunRequest)
    desk = waiting.desk
    (approval,) = [one for one in desk.journal.story("correlation") if one.kind == "approval"]
    assert request.run_key == approval.envelope.record_id
    assert request.partition_key == "2024-11-29"
    assert request.tags["alchemiser/correlation_id"] == "correlation"
    assert request.tags["alchemiser/causation_id"] == approval.envelope.record_id
    assert request.run_config == {"resources": stopped.dagster_run.run_config["resources"]}
    assert waiting.run("approved_job", tags=dict(request.tags)).success
    plan = newest_plan(waiting)
    assert plan.envelope.causation_id == approval.envelope.record_id
    result = desk.journal.latest(ExecutionResult, RecordQuery(correlation_id="correlation"))
    assert result is not None
    assert result.plan_id == plan.plan_id
    assert isinstance(asked(waiting), dg.SkipReason)


def test_a_plan_that_the_person_ran_already_is_not_launched_again(waiting: Day) -> None:
    #
    waiting.run()
    approve(waiting)
    again(waiting)
    assert isinstance(asked(waiting), dg.SkipReason)


def test_the_end_of_a_run_that_went_on_is_told_though_it_was_told_that_it_waited(waiting: Day) -> None:
    #
    waiting.run()
    approve(waiting)
    waiting.run("approved_job")
    waiting.run("reconciliation_job")
    titles = [
        line.split('"title":')[1].split('"')[1]
        for line in (waiting.folder / ".alchemiser" / "notices.log").read_text().splitlines()
    ]
    assert titles[0] == "Approval wanted (simulated, session 2024-11-29)"
    assert titles[-1].startswith("Traded: 2 of 2 trades filled")
    assert len(titles) == 2
