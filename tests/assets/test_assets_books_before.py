"""Books and broker are compared before a plan is made: what was traded by hand is left alone, and locked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.days import Day
from support.trading import market_order

from alchemiser_dagster.assets.names import AGAIN_TAG, CORRELATION_TAG
from alchemiser_dagster.automation.notices import send_result
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.cli.breaks_command import command as breaks_command
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.plan import RebalancePlan, SkipReason
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.values import Side

FIRST, SECOND = date(2024, 11, 27), date(2024, 11, 29)


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """Return the second day of an account that traded the first one."""
    day = Day.in_folder(tmp_path)
    day.session = FIRST
    assert day.run().success
    assert day.run("reconciliation_job").success
    day.session = SECOND
    return day


def trade_by_hand(day: Day, symbol: str, side: Side, quantity: str) -> None:
    broker = getattr(day.desk.reader, "inner", day.desk.reader)
    assert isinstance(broker, SimulatedBroker)
    broker.submit(market_order(symbol, side, quantity, client_order_id=f"by-hand-{symbol}-{side}"))


def plan_of(day: Day) -> RebalancePlan:
    plan = day.desk.journal.latest(RebalancePlan, RecordQuery(session=SECOND))
    assert plan is not None
    return plan


def held(day: Day) -> dict[str, Decimal]:
    return {position.symbol: position.quantity for position in day.desk.reader.positions()}


def test_what_was_bought_by_hand_is_not_sold_by_the_next_plan(day: Day) -> None:
    # the plan would have no use for it
    trade_by_hand(day, "GLD", Side.BUY, "2")
    assert day.run().success
    assert [skip.reason for skip in plan_of(day).skips if skip.symbol == "GLD"] == [
        SkipReason.LOCKED_BY_A_BREAK
    ]
    assert "GLD" not in {line.symbol for line in plan_of(day).lines}
    assert held(day)["GLD"] == 2


def test_what_was_sold_by_hand_is_not_bought_back(day: Day) -> None:
    #
    before = held(day)["SPY"]
    trade_by_hand(day, "SPY", Side.SELL, "20")
    assert day.run().success
    assert "SPY" not in {line.symbol for line in plan_of(day).lines}
    assert held(day)["SPY"] == before - 20


def test_what_a_person_accepts_is_traded_as_the_strategies_want(day: Day) -> None:
    #
    trade_by_hand(day, "GLD", Side.BUY, "2")
    assert day.run().success
    desk = day.desk
    (found,) = BreakBook(desk.database).open_breaks(desk.settings.account)
    assert held(day)["GLD"] == 2
    accepted = CliRunner().invoke(
        breaks_command,
        ["accept", found.break_id, "--by", "Anna", "--reason", "mine", "--settings", str(day.settings_file)],
    )
    assert accepted.exit_code == 0, accepted.output
    assert day.run(tags={CORRELATION_TAG: "again", AGAIN_TAG: "person"}).success
    assert "GLD" not in held(day)


def test_a_new_account_has_no_books_to_compare(tmp_path: Path) -> None:
    day = Day.in_folder(tmp_path)
    assert day.run().success
    assert day.desk.journal.latest(ReconciliationReport, RecordQuery()) is None


def test_money_that_nobody_can_explain_halts_the_day_before_its_plan(day: Day) -> None:
    # the total is not explained any more
    desk = day.desk
    with desk.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE simulated_accounts SET cash = '1.00'")
    assert not day.run().success
    assert day.desk.halt is not None
    assert day.desk.halt.level is HaltLevel.HALT
    assert day.desk.journal.latest(RebalancePlan, RecordQuery(session=SECOND)) is None


def test_a_comparison_from_before_the_plan_is_no_word_on_what_became_of_it(day: Day) -> None:
    #
    trade_by_hand(day, "GLD", Side.BUY, "2")
    assert day.run(tags={CORRELATION_TAG: "second"}).success
    desk = day.desk
    report = desk.journal.latest(ReconciliationReport, RecordQuery(session=SECOND))
    assert report is not None
    assert not report.is_clean
    send_result(desk, "second")
    told = (desk.settings.data_dir / "notices.log").read_text().splitlines()[-1]
    assert "reconciliation: not done yet" in told


def test_a_comparison_after_the_result_is_told_with_it_also_where_another_run_came_between(day: Day) -> None:
    # a click while the comparison was on its way
    assert day.run(tags={CORRELATION_TAG: "second"}).success
    assert day.run(tags={CORRELATION_TAG: "clicked"}).success
    assert day.run("reconciliation_job", tags={CORRELATION_TAG: "second"}).success
    told = (day.desk.settings.data_dir / "notices.log").read_text().splitlines()[-1]
    assert '"correlation_id": "second"' in told
    assert "reconciliation: clean" in told
