"""A session is traded once: whoever comes after has nothing to do, unless a person says again."""

from __future__ import annotations

import pytest
from support.days import SETTINGS, Day

from alchemiser_dagster.assets.names import AGAIN_TAG, CORRELATION_TAG
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome

ELSEWHERE = """(defsymphony "Two funds" {:rebalance-frequency :daily}
  (weight-specified 0.6 (asset "SPY" nil) 0.4 (asset "GLD" nil)))"""


@pytest.fixture
def traded(day: Day) -> Day:
    """A session that was traded, after which the strategy wants something else in part."""
    assert day.run().success
    (day.folder / "two_funds.clj").write_text(ELSEWHERE)
    return day


def result_of(day: Day, correlation_id: str) -> ExecutionResult:
    found = day.desk.journal.latest(ExecutionResult, RecordQuery(correlation_id=correlation_id))
    assert found is not None
    return found


def plan_of(day: Day, correlation_id: str) -> RebalancePlan:
    found = day.desk.journal.latest(RebalancePlan, RecordQuery(correlation_id=correlation_id))
    assert found is not None
    return found


def second_run(day: Day, **tags: str) -> None:
    assert day.run(tags={CORRELATION_TAG: "second", **tags}).success


def held(day: Day) -> set[str]:
    return {position.symbol for position in day.desk.reader.positions()}


def test_a_second_run_ends_well_and_sends_nothing_whatever_is_wanted_by_then(traded: Day) -> None:
    #
    before = len(OrderBook(traded.desk.database).of_plan(plan_of(traded, "correlation").plan_id))
    second_run(traded)
    plan, result = plan_of(traded, "second"), result_of(traded, "second")
    assert (plan.is_empty, plan.traded_by) == (True, "correlation")
    assert result.outcome is Outcome.NOTHING_TO_DO
    assert result.reason == (
        "the session was traded already by run correlation; `alchemiser run --again` trades it once more"
    )
    assert result.orders == ()
    assert held(traded) == {"SPY", "TLT"}
    assert before == 2


def test_a_third_run_names_the_run_that_traded_first(traded: Day) -> None:
    second_run(traded)
    assert traded.run(tags={CORRELATION_TAG: "third"}).success
    assert plan_of(traded, "third").traded_by == "correlation"


def test_neither_a_strange_decision_nor_a_missing_approval_stops_a_run_that_has_nothing_to_do(
    traded: Day,
) -> None:
    #
    strict = '\n[trading]\napproval = "required"\n[sanity]\nblocking = ["new_symbol", "turnover"]\n'
    traded.settings_file.write_text(SETTINGS + strict)
    assert not traded.run(tags={CORRELATION_TAG: "asked-for", AGAIN_TAG: "person"}).success
    second_run(traded)
    assert result_of(traded, "second").outcome is Outcome.NOTHING_TO_DO


def test_a_person_may_trade_a_session_again(traded: Day) -> None:
    second_run(traded, **{AGAIN_TAG: "person"})
    assert plan_of(traded, "second").traded_by is None
    assert result_of(traded, "second").outcome is Outcome.TRADED
    assert held(traded) == {"SPY", "GLD"}


def test_the_run_itself_is_not_in_its_own_way(traded: Day) -> None:
    #
    assert traded.run().success
    assert plan_of(traded, "correlation").traded_by is None
    assert held(traded) == {"SPY", "GLD"}
