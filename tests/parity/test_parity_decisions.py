from __future__ import annotations

from datetime import date
from itertools import count
from typing import TypeVar

import pytest
from support.days import SESSION, Day

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.look_back import decision_archive, verdicts_on
from alchemiser_dagster.parity.verdict import Reason
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import StrategySignal

RecordType = TypeVar("RecordType", bound=Record)

NUMBERS = count(1)
FOLLOWING = date(2024, 12, 2)


def signalled_again(
    desk: TradingDesk, session: date = SESSION, strategy: str = "two_funds"
) -> StrategySignal:
    """Keep a newer signal of the strategy that nobody traded, half of what it was."""
    signal = desk.journal.latest(StrategySignal, RecordQuery(SESSION))
    assert signal is not None
    again = signal.model_copy(
        update={
            "envelope": signal.envelope.model_copy(update={"record_id": f"later-{next(NUMBERS)}"}),
            "session": session,
            "strategy": strategy,
            "target_weights": signal.target_weights[:1],
        }
    )
    desk.journal.append(again, name=strategy)
    return again


def test_a_traded_session_gives_the_signals_behind_its_plan(day: Day) -> None:
    # from the execution back to the bars, whatever was signalled later
    day.run()
    desk = day.desk
    traded = desk.journal.latest(StrategySignal, RecordQuery(SESSION))
    signalled_again(desk)
    (kept,) = decision_archive(desk).of_session(SESSION)
    assert kept.was_traded
    assert kept.signal == traded
    assert kept.data == desk.journal.latest(MarketData, RecordQuery(SESSION))
    assert [verdict.is_equal for verdict in verdicts_on(desk, [kept])] == [True]


def test_each_plan_that_was_begun_gives_its_own_signals(day: Day) -> None:
    day.run()
    day.run(tags={"alchemiser/correlation_id": "second"})
    kept = decision_archive(day.desk).of_session(SESSION)
    assert [found.signal.envelope.correlation_id for found in kept] == ["correlation", "second"]
    assert all(found.was_traded for found in kept)


def test_an_untraded_session_gives_each_strategy_s_newest_signal(day: Day) -> None:
    day.run()
    desk = day.desk
    other = date(2024, 11, 27)
    signalled_again(desk, other)
    newest = signalled_again(desk, other)
    second = signalled_again(desk, other, "another")
    kept = decision_archive(desk).of_session(other)
    assert [found.signal for found in kept] == [second, newest]
    assert not any(found.was_traded for found in kept)


def test_decisions_since_a_session_come_in_order_and_are_the_account_s_alone(day: Day) -> None:
    day.run()
    desk = day.desk
    for session in (date(2024, 12, 2), date(2024, 11, 26), date(2024, 11, 27)):
        signalled_again(desk, session)
    archive = decision_archive(desk)
    found = [str(kept.signal.session) for kept in archive.since(date(2024, 11, 27))]
    assert found == ["2024-11-27", "2024-11-29", "2024-12-02"]
    assert [kept.signal.session for kept in archive.of_last_traded()] == [SESSION]
    assert type(archive)(desk.journal, desk.executions, "another").between(date.min, date.max) == ()


def test_a_session_that_was_traded_without_a_decision_is_not_the_last_one(day: Day) -> None:
    # who sells everything follows no strategy
    day.run()
    desk = day.desk
    (begun,) = desk.executions.begun_between(desk.settings.account, SESSION, SESSION)
    plan = desk.journal.record_of(RebalancePlan, begun.plan_record_id)
    comparison = desk.journal.record_of(AllocationComparison, plan.comparison_id)
    target = desk.journal.record_of(TargetAllocation, comparison.target_id)
    target = followed(target, "all", strategies=())
    comparison = followed(comparison, "all", target_id=target.envelope.record_id)
    plan = followed(plan, "all", comparison_id=comparison.envelope.record_id, plan_id="all")
    for record in (target, comparison, plan):
        desk.journal.append(record)
    desk.executions.open(plan, plan.envelope.created_at)
    archive = decision_archive(desk)
    assert archive.between(FOLLOWING, FOLLOWING) == ()
    assert [kept.signal.session for kept in archive.of_last_traded()] == [SESSION]


def followed(record: RecordType, name: str, **changed: object) -> RecordType:
    """Return the record of the next session, under another id."""
    envelope = record.envelope.model_copy(update={"record_id": f"{name}-{record.kind}"})
    return record.model_copy(update={"envelope": envelope, "session": FOLLOWING, **changed})


@pytest.mark.parametrize("asked", ["of_session", "since", "of_last_traded"])
def test_where_nothing_is_kept_there_is_nothing_to_compute(day: Day, asked: str) -> None:
    archive = decision_archive(day.desk)
    arguments = () if asked == "of_last_traded" else (SESSION,)
    with pytest.raises(DataError, match="no decision is kept"):
        getattr(archive, asked)(*arguments)


def test_a_signal_that_is_not_what_the_code_makes_is_unexplained(day: Day) -> None:
    #
    day.run()
    desk = day.desk
    signalled_again(desk, SESSION)
    untraded = type(decision_archive(desk))(desk.journal, desk.executions, desk.settings.account)
    newest = [kept for kept in untraded.between(SESSION, SESSION) if kept.was_traded]
    (verdict,) = verdicts_on(desk, newest)
    assert verdict.is_equal
    forged = signalled_again(desk)
    (kept,) = newest
    (verdict,) = verdicts_on(desk, [type(kept)(forged, kept.data, was_traded=False)])
    assert verdict.reasons == (Reason.UNEXPLAINED,)
