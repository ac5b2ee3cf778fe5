from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import func, select
from support.bars import walk, write_csv
from support.days import SESSION, SETTINGS, Day, failure_text

from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.tables import orders, simulated_orders
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import MarketData, PriceBasis
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.sessions import TradingCalendar

STEPS = [
    "market_data",
    "strategy_signals",
    "target_allocation",
    "account_snapshot",
    "allocation_comparison",
    "rebalance_plan",
    "execution_result",
]


def order_count(day: Day) -> int:
    with day.desk.database.reading() as connection:
        own = connection.execute(select(func.count()).select_from(orders)).scalar_one()
        theirs = connection.execute(select(func.count()).select_from(simulated_orders)).scalar_one()
    assert own == theirs
    return int(own)


def steps_of(result: dg.ExecuteInProcessResult) -> list[str]:
    return [str(event.step_key) for event in result.all_events if event.is_step_success]


def test_a_day_trades_to_the_target_and_reconciles(day: Day) -> None:
    #
    trading = day.run()
    assert trading.success
    assert steps_of(trading) == STEPS
    assert day.run("reconciliation_job").success
    story = day.desk.journal.story("correlation")
    result = next(record for record in story if isinstance(record, ExecutionResult))
    report = next(record for record in story if isinstance(record, ReconciliationReport))
    assert result.outcome is Outcome.TRADED
    assert report.is_clean
    weights = {held.symbol: held.market_value / report.equity for held in report.positions}
    assert weights == {
        "SPY": pytest.approx(Decimal("0.597"), abs=Decimal("0.001")),
        "TLT": pytest.approx(Decimal("0.398"), abs=Decimal("0.001")),
    }


def test_every_record_of_a_day_carries_the_correlation_id_and_names_its_cause(day: Day) -> None:
    #
    trading = day.run()
    story = day.desk.journal.story("correlation")
    ids = {record.envelope.record_id for record in story}
    assert len(story) == 8
    assert story[0].envelope.causation_id == trading.run_id
    assert all(record.envelope.causation_id in ids for record in story[1:])
    assert all(record.envelope.run_id == trading.run_id for record in story)


def test_materialisations_carry_the_correlation_id(day: Day) -> None:
    #
    trading = day.run()
    made = [event for event in trading.all_events if event.is_step_materialization]
    assert len(made) == 7
    assert {(event.materialization.tags or {})["alchemiser/correlation_id"] for event in made} == {
        "correlation"
    }


def test_a_signal_shows_why_in_the_ui(tmp_path: Path) -> None:
    #
    text = """(defsymphony "Two funds" {:rebalance-frequency :daily}
      (if (> (current-price "SPY") 0.5) [(asset "SPY")] [(asset "TLT")]))"""
    day = Day.in_folder(tmp_path, symphony=text)
    trading = day.run()
    (made,) = trading.asset_materializations_for_node("strategy_signals")
    shown = {name: value.value for name, value in made.metadata.items()}
    assert shown["sentence"].startswith("Wants 100 % SPY because price of SPY (")
    assert "- *1 ·* price of SPY above 0.5? **yes**" in shown["explanation"]
    assert shown["is_fragile"] is False


def test_a_second_run_of_the_session_finds_nothing_to_do_and_sends_nothing(day: Day) -> None:
    #
    day.run()
    sent = order_count(day)
    again = day.run(tags={"alchemiser/correlation_id": "second"})
    assert again.success
    result = day.desk.journal.latest(ExecutionResult, RecordQuery(correlation_id="second"))
    assert result is not None
    assert result.outcome is Outcome.NOTHING_TO_DO
    assert order_count(day) == sent == 2


@pytest.mark.parametrize("other", [date(2024, 11, 27), date(2024, 11, 26)])
def test_a_trading_asset_for_another_session_is_refused(day: Day, other: date) -> None:
    result = day.run(partition=other)
    assert not result.success
    assert failure_text(result) == (
        f"account_snapshot can't be made for session {other}: it is made only for today's, 2024-11-29. "
        "For the past use `alchemiser signals` or a backtest: neither reaches a broker"
    )
    assert order_count(day) == 0


def test_signals_of_many_sessions_are_made_in_one_run_on_official_closes(day: Day) -> None:
    # what the past knew is what one run over many sessions gives
    sessions = [date(2024, 11, 25), date(2024, 11, 26), date(2024, 11, 27)]
    assets = ["market_data", "strategy_signals/two_funds", "target_allocation"]
    job = day.definitions.resolve_implicit_global_asset_job_def()
    desk = {"settings_file": str(day.settings_file), "session": str(SESSION), "console_notices": False}
    result = job.execute_in_process(
        asset_selection=[dg.AssetKey.from_user_string(key) for key in assets],
        tags={
            "dagster/asset_partition_range_start": str(sessions[0]),
            "dagster/asset_partition_range_end": str(sessions[-1]),
        },
        run_config={"resources": {"desk": {"config": desk}}},
        instance=day.instance,
    )
    assert result.success
    for session in sessions:
        data = day.desk.journal.latest(MarketData, RecordQuery(session=session))
        signal = day.desk.journal.latest(StrategySignal, RecordQuery(session=session, name="two_funds"))
        assert data is not None
        assert signal is not None
        assert data.last_session == session
        assert data.price_basis is PriceBasis.OFFICIAL
        assert {part.symbol: part.weight for part in signal.target_weights} == {"SPY": 0.6, "TLT": 0.4}
    assert order_count(day) == 0


def test_todays_partial_bar_is_never_stored_as_final(day: Day) -> None:
    #
    day.run()
    desk = day.desk
    data = desk.journal.latest(MarketData, RecordQuery())
    assert data is not None
    assert data.price_basis is PriceBasis.PROVISIONAL
    assert {price.symbol for price in data.provisional_prices} == {"SPY", "TLT"}
    closes = desk.bar_table.closes(("SPY",), date(2024, 1, 2), date(2025, 1, 1))
    assert closes.index[-1] == pd.Timestamp("2024-11-27")


def test_the_previous_close_as_signal_price_needs_no_price_of_today(tmp_path: Path) -> None:
    day = Day.in_folder(tmp_path, 'signal_price = "previous_close"\n' + SETTINGS)
    assert day.run().success
    data = day.desk.journal.latest(MarketData, RecordQuery())
    signal = day.desk.journal.latest(StrategySignal, RecordQuery(name="two_funds"))
    assert data is not None
    assert signal is not None
    assert data.provisional_prices == ()
    assert data.last_session == date(2024, 11, 27)
    assert signal.trades_today


def test_a_strategy_without_enough_history_stops_the_day_by_name(tmp_path: Path) -> None:
    # an undefined signal is never traded on
    symphony = """(defsymphony "Long memory" {:rebalance-frequency :daily}
      (if (> (current-price "SPY") (moving-average-price "SPY" {:window 400}))
        [(asset "SPY" nil)] [(asset "TLT" nil)]))"""
    day = Day.in_folder(tmp_path, symphony=symphony)
    result = day.run()
    assert not result.success
    assert "two_funds" in failure_text(result)
    assert "400" in failure_text(result)
    assert steps_of(result)[-1] == "strategy_signals"
    assert order_count(day) == 0


FILE_SETTINGS = SETTINGS.replace("[market_data]", '[market_data]\nsource = "file"\nfile = "bars.csv"')
SESSIONS = TradingCalendar().between(date(2024, 1, 2), SESSION)


def day_on_bars(folder: Path, closes: dict[str, dict[date, float]]) -> Day:
    write_csv(folder / "bars.csv", closes)
    return Day.in_folder(folder, FILE_SETTINGS)


def test_a_split_that_was_not_adjusted_for_stops_the_day_and_stores_nothing(tmp_path: Path) -> None:
    #
    whole = walk(SESSIONS)
    split = {session: close / (2 if session >= date(2024, 10, 1) else 1) for session, close in whole.items()}
    day = day_on_bars(tmp_path, {"SPY": split, "TLT": walk(SESSIONS, step=0.002)})
    result = day.run()
    assert not result.success
    assert "SPY" in failure_text(result)
    assert "like a split not adjusted for" in failure_text(result)
    assert day.desk.bar_table.version() is None
    assert order_count(day) == 0


def test_a_missing_bar_on_the_deciding_session_blocks_by_its_check(tmp_path: Path) -> None:
    #
    decided = date(2024, 11, 26)
    holed = {session: close for session, close in walk(SESSIONS).items() if session != decided}
    day = day_on_bars(tmp_path, {"SPY": holed, "TLT": walk(SESSIONS)})
    result = day.run(partition=decided)
    assert not result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert {check.check_name for check in failed} <= {"every_symbol_has_its_bars", "bars_are_fresh"}
    assert failed
    assert "SPY" in str(failed[0].description)
    assert failure_text(result) == (
        f"{day.desk.bar_source.name}: SPY, session 2024-11-25: the last bar is of 2024-11-25, "
        "session 2024-11-26 needs its own. Correct the bars at their source; nothing was decided on them"
    )
    assert "strategy_signals" not in steps_of(result)


def test_a_real_jump_that_a_person_names_is_accepted(tmp_path: Path) -> None:
    halved = {
        session: close / (2 if session >= date(2024, 10, 1) else 1)
        for session, close in walk(SESSIONS).items()
    }
    day = day_on_bars(tmp_path, {"SPY": halved, "TLT": walk(SESSIONS, step=0.002)})
    accepted = 'accepted_jumps = ["SPY 2024-10-01"]\nfile = "bars.csv"'
    day.settings_file.write_text(FILE_SETTINGS.replace('file = "bars.csv"', accepted))
    assert day.run().success


def test_a_correction_deep_in_a_files_past_is_found_and_recorded(tmp_path: Path) -> None:
    #
    closes = {"SPY": walk(SESSIONS), "TLT": walk(SESSIONS)}
    day = day_on_bars(tmp_path, closes)
    assert day.run().success
    closes["SPY"][date(2024, 3, 4)] *= 1.01
    write_csv(tmp_path / "bars.csv", closes)
    assert day.run(tags={"alchemiser/correlation_id": "second"}).success
    data = day.desk.journal.latest(MarketData, RecordQuery(correlation_id="second"))
    assert data is not None
    (restated,) = data.restated
    assert (restated.symbol, restated.sessions_changed) == ("SPY", 1)
    assert restated.largest_change == pytest.approx(0.01)


def test_an_unfinished_plan_is_taken_up_again(day: Day) -> None:
    # the plan that was begun is resumed, not made anew
    day.run()
    desk = day.desk
    plan = desk.journal.latest(RebalancePlan, RecordQuery())
    assert plan is not None
    with desk.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE executions SET state = 'open', closed_at = NULL, result_record_id = NULL"
        )
    again = day.run(tags={"alchemiser/correlation_id": "second"})
    assert again.success
    resumed = desk.journal.latest(RebalancePlan, RecordQuery(correlation_id="second"))
    assert resumed is not None
    assert resumed.plan_id == plan.plan_id
    assert resumed.envelope.causation_id == plan.envelope.record_id
    assert order_count(day) == 2
