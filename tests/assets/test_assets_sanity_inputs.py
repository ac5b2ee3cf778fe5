"""The gate looks at the bars that the decision was made of, and at what the account did before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from support.bars import walk, write_csv
from support.days import BUY_AND_HOLD, SETTINGS, Day, failure_text

from alchemiser_dagster.assets.names import AGAIN_TAG
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.sanity import SanityKind, SanityReport
from alchemiser_dagster.risk.sanity.facts import AccountPast
from alchemiser_dagster.risk.sanity.past import past_of
from alchemiser_dagster.sessions import TradingCalendar

SESSION, NEXT_SESSION = date(2024, 11, 29), date(2024, 12, 2)
SESSIONS = TradingCalendar().between(date(2024, 1, 2), NEXT_SESSION)
FROM_FILE = SETTINGS.replace("[market_data]", '[market_data]\nsource = "file"\nfile = "bars.csv"')
Closes = dict[str, dict[date, float]]


def calm() -> Closes:
    return {"SPY": walk(SESSIONS, step=0.001), "TLT": walk(SESSIONS, step=0.002)}


def jumped(closes: dict[date, float], since: date) -> dict[date, float]:
    return {session: close * (1.4 if session >= since else 1) for session, close in closes.items()}


def day_on(folder: Path, closes: Closes, more: str = "") -> Day:
    write_csv(folder / "bars.csv", closes)
    return Day.in_folder(folder, FROM_FILE + more)


def again(day: Day, correlation_id: str = "again") -> dg.ExecuteInProcessResult:
    return day.run(tags={"alchemiser/correlation_id": correlation_id})


def kinds(day: Day) -> set[SanityKind]:
    report = day.desk.journal.latest(SanityReport, RecordQuery())
    assert report is not None
    return {finding.kind for finding in report.findings}


def test_a_recent_bar_far_beyond_the_usual_stops_the_day(tmp_path: Path) -> None:
    #
    closes = calm()
    closes["SPY"] = jumped(closes["SPY"], date(2024, 11, 27))
    result = day_on(tmp_path, closes).run()
    assert not result.success
    assert "SPY, session 2024-11-27: close is 1.401 times the one before" in failure_text(result)


def test_a_move_that_a_person_names_as_real_is_not_strange(tmp_path: Path) -> None:
    closes = calm()
    closes["SPY"] = jumped(closes["SPY"], date(2024, 11, 27))
    day = day_on(tmp_path, closes)
    accepted = 'accepted_jumps = ["SPY 2024-11-27"]\nfile = "bars.csv"'
    day.settings_file.write_text(FROM_FILE.replace('file = "bars.csv"', accepted))
    assert day.run().success


def test_one_of_some_time_ago_was_told_of_then(tmp_path: Path) -> None:
    closes = calm()
    closes["SPY"] = jumped(closes["SPY"], date(2024, 11, 26))
    day = day_on(tmp_path, closes)
    assert day.run().success
    assert SanityKind.SUSPICIOUS_BAR not in kinds(day)


def test_a_symbol_that_is_held_and_read_by_no_strategy_is_no_input(tmp_path: Path) -> None:
    closes = calm()
    day = day_on(tmp_path, closes)
    assert day.run().success
    closes["SPY"] = jumped(closes["SPY"], NEXT_SESSION)
    write_csv(tmp_path / "bars.csv", closes)
    (tmp_path / "two_funds.clj").write_text(BUY_AND_HOLD.replace("SPY", "GLD"))
    closes["GLD"] = walk(SESSIONS)
    write_csv(tmp_path / "bars.csv", closes)
    again(replace(day, session=NEXT_SESSION))
    assert SanityKind.SUSPICIOUS_BAR not in kinds(day)


@pytest.mark.parametrize(("change", "is_told"), [(1.03, True), (1.01, False)])
def test_closes_that_were_restated_by_more_than_a_dividend_are_told_of(
    tmp_path: Path, change: float, *, is_told: bool
) -> None:
    #
    closes = calm()
    day = day_on(tmp_path, closes)
    day.run()
    closes["SPY"][date(2024, 3, 4)] *= change
    write_csv(tmp_path / "bars.csv", closes)
    assert again(day).success
    assert (SanityKind.RESTATED in kinds(day)) is is_told


def test_a_restatement_blocks_in_every_run_of_the_session_where_that_is_set(tmp_path: Path) -> None:
    # the first run has stored what was restated, and the second must not overlook it
    closes = calm()
    day = day_on(tmp_path, closes, '\n[sanity]\nblocking = ["restated"]\n')
    day.run()
    closes["SPY"][date(2024, 3, 4)] *= 1.03
    write_csv(tmp_path / "bars.csv", closes)
    (tmp_path / "two_funds.clj").write_text(BUY_AND_HOLD.replace("0.6", "0.5").replace("0.4", "0.5"))
    for number in range(2):
        tags = {"alchemiser/correlation_id": str(number), AGAIN_TAG: "person"}
        result = day.run(tags=tags)
        assert not result.success
        assert "past closes of SPY were restated by up to 3.0 %" in failure_text(result)


def test_the_past_of_an_account_is_what_it_traded_before_the_session(day: Day) -> None:
    day.run()
    desk = day.desk
    assert past_of(desk.database, "simulated", SESSION, 60) == AccountPast(
        turnovers=(), traded=frozenset({"SPY", "TLT"})
    )
    later = past_of(desk.database, "simulated", NEXT_SESSION, 60)
    (turnover,) = later.turnovers
    assert turnover == pytest.approx(Decimal("0.995"), abs=Decimal("0.001"))
    assert past_of(desk.database, "another", NEXT_SESSION, 60) == AccountPast()


def test_several_runs_of_a_session_are_one_turnover_and_the_newest_come_first(day: Day) -> None:
    day.run()
    again(day)
    (day.folder / "two_funds.clj").write_text(BUY_AND_HOLD.replace("0.6", "0.5").replace("0.4", "0.5"))
    tomorrow = replace(day, session=NEXT_SESSION)
    again(tomorrow, "tomorrow")
    past = past_of(day.desk.database, "simulated", date(2024, 12, 3), 60)
    assert [round(turnover, 1) for turnover in past.turnovers] == [Decimal("0.2"), Decimal("1.0")]
    assert len(past_of(day.desk.database, "simulated", date(2024, 12, 3), 1).turnovers) == 1
