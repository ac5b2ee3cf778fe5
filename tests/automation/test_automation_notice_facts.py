"""What is told at the end of a real day: earnings over sessions, a break on its own, the day's picture."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from support.days import SETTINGS, Day

from alchemiser_dagster.assets.names import CORRELATION_TAG
from alchemiser_dagster.automation.circumstances import circumstances_of, orders_sent
from alchemiser_dagster.automation.day_drawing import with_picture
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.broker.simulated.happenings import CashMoved
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.records.reconciliation import ReconciliationReport

FIRST, SECOND = date(2024, 11, 27), date(2024, 11, 29)
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    day = Day.in_folder(tmp_path_factory.mktemp("first"))
    day.session = FIRST
    traded_and_told(day)
    return day.folder


@pytest.fixture
def day(first_day: Path, tmp_path: Path) -> Day:
    """Return the second day of an account that traded the first one."""
    folder = tmp_path / "copy"
    shutil.copytree(first_day, folder)
    return Day(folder, SECOND)


def name_of(session: date) -> str:
    return f"day-{session}"


def traded_and_told(day: Day) -> None:
    tags = {CORRELATION_TAG: name_of(day.session)}
    assert day.run(tags=tags).success
    assert day.run("reconciliation_job", tags=tags).success


def told(day: Day) -> list[Notice]:
    lines = (day.folder / ".alchemiser" / "notices.log").read_text().splitlines()
    return [Notice.model_validate_json(line) for line in lines]


def cash_moves(day: Day, kind: str, amount: str) -> None:
    broker = getattr(day.desk.reader, "inner", day.desk.reader)
    assert isinstance(broker, SimulatedBroker)
    moved = {"happening_id": kind, "kind": kind, "amount": Decimal(amount)}
    broker.venue.let_happen(CashMoved.model_validate(moved))


def spoil_cash(desk: TradingDesk) -> None:
    with desk.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE simulated_accounts SET cash = '1.00'")


def test_a_day_with_a_deposit_is_told_with_what_was_earned_and_by_whom(day: Day) -> None:
    #
    cash_moves(day, "deposit", "20000")
    cash_moves(day, "fee", "1.25")
    traded_and_told(day)
    first, second = told(day)
    assert first.facts["day"] == "not known yet"
    assert second.facts["fees"] == "1.25 USD booked since the day before"
    assert second.facts["day"].endswith("since 2024-11-27 20:45 UTC")
    assert second.session == SECOND
    earned = Decimal(second.facts["day"].split(" USD")[0].replace(",", ""))
    assert abs(earned) < Decimal(3000)
    by_strategy = second.facts["strategy two_funds"]
    assert "SPY" in by_strategy
    assert "TLT" in by_strategy
    of_strategy = Decimal(by_strategy.split("day ")[1].split(" USD")[0].replace(",", ""))
    assert abs(of_strategy - Decimal("1.25") - earned) < Decimal("0.05")
    assert second.facts["note 1"].startswith(("deposit", "fee"))
    assert second.facts["data"].startswith("daily bars up to 2024-11-27 from simulated")
    assert second.facts["journal head"].startswith("entry ")


def test_a_break_that_is_found_without_a_trading_run_is_told_on_its_own_and_once(day: Day) -> None:
    #
    spoil_cash(day.desk)
    before = len(told(day))
    for number in range(2):
        assert day.run("reconciliation_job", tags={CORRELATION_TAG: f"early-{number}"}).success
    new = told(day)[before:]
    assert [notice.level for notice in new] == [NoticeLevel.ERROR] * 2
    assert new[0].title.startswith("Books and broker differ: 1 break, 1 critical (simulated, ")
    assert new[1].title.startswith("Trading halted by itself (simulated, ")
    assert "until you resume" in new[0].facts["in short"]
    assert "cash" in new[0].facts["break 1"]


def test_a_clean_comparison_without_a_trading_run_is_no_news(day: Day) -> None:
    before = len(told(day))
    assert day.run("reconciliation_job", tags={CORRELATION_TAG: "early"}).success
    assert len(told(day)) == before


def with_service(day: Day) -> TradingDesk:
    settings = f'{SETTINGS}\n[notify]\nurls = ["json://127.0.0.1:9/"]\nconsole = false\n'
    day.settings_file.write_text(settings)
    return day.desk


def about(day: Day) -> Notice:
    return Notice(
        key=notice_key("x", "final"),
        level=NoticeLevel.INFO,
        title="Traded",
        body="",
        correlation_id=name_of(FIRST),
        created_at=day.desk.wall_clock.now(),
    )


def test_the_picture_is_drawn_where_a_service_is_told_and_nowhere_else(day: Day) -> None:
    assert with_picture(day.desk, about(day)).picture is None
    drawn = with_picture(with_service(day), about(day)).picture
    assert drawn is not None
    assert drawn.startswith(PNG)


@pytest.mark.parametrize("error", [ValueError, RuntimeError, OSError])
def test_a_picture_that_cant_be_drawn_costs_no_notice(
    day: Day, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    #
    def fail(_figures: object) -> bytes:
        raise error("no font")

    monkeypatch.setattr("alchemiser_dagster.reports.pictures.day.day_picture", fail)
    notice = about(day)
    assert with_picture(with_service(day), notice) == notice


def test_a_ledger_that_cant_be_read_costs_no_notice(day: Day) -> None:
    #
    desk = day.desk
    query = RecordQuery(account=desk.settings.account, correlation_id=name_of(FIRST))
    report = desk.journal.latest(ReconciliationReport, query)
    assert report is not None
    assert circumstances_of(desk, name_of(FIRST), "run", report).journal_hash is not None
    assert orders_sent(desk, name_of(FIRST)) == 2
    with desk.database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE lot_closures")
        connection.exec_driver_sql("DROP TABLE order_events")
    known = circumstances_of(desk, name_of(FIRST), "run", report)
    assert known.journal_hash is None
    assert orders_sent(desk, name_of(FIRST)) is None


def test_the_written_line_of_a_notice_has_its_session_and_no_picture(day: Day) -> None:
    line = json.loads((day.folder / ".alchemiser" / "notices.log").read_text().splitlines()[-1])
    assert (line["session"], "picture" in line) == (str(FIRST), False)
