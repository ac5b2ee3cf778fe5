"""`alchemiser status`: what is on, what was done and why, what is owed, what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.command import alchemiser, clean_environment, working_folder
from support.filled_ledger import ACCOUNT, CALENDAR, Filling, fill, new_ledger, report

from alchemiser_dagster.cli.cockpit import Cockpit, look
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.watch.heartbeats import FOLDER, TRADING_SCHEDULE, WATCH_SENSOR, beat, note_switch

WEDNESDAY, FRIDAY = date(2024, 11, 27), date(2024, 11, 29)
NOON = datetime(2024, 11, 27, 17, 0, tzinfo=UTC)
HEAVY = ("dagster", "matplotlib", "deltalake", "apprise", "jinja2", "pandas", "exchange_calendars")
TELL_MODULES = """
import sys
from alchemiser_dagster.cli.main import main
sys.argv = ["alchemiser", "status"]
try:
    main()
except SystemExit as ended:
    assert ended.code == 0, ended.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield empty


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    """A folder whose ledger holds the runs of a year."""
    with working_folder() as folder:
        (folder / ".alchemiser").mkdir()
        database = new_ledger(f"sqlite:///{folder / '.alchemiser' / 'ledger.sqlite'}")
        fill(database, CALENDAR.between(date(2023, 12, 1), FRIDAY), Filling(orders=2))
        database.close()
        yield folder


def desk_at(folder: Path, now: datetime = NOON, settings: str = "") -> TradingDesk:
    (folder / "alchemiser.toml").write_text(f"[notify]\nconsole = false\n{settings}")
    return TradingDesk(load_settings(folder), wall_clock=StandingClock(now))


def seen(folder: Path, now: datetime = NOON, settings: str = "") -> Cockpit:
    desk = desk_at(folder, now, settings)
    try:
        return look(desk)
    finally:
        desk.close()


@pytest.mark.parametrize(
    ("now", "session", "starts", "is_early"),
    [
        (NOON, WEDNESDAY, (20, 45), False),
        (datetime(2024, 11, 27, 20, 45, tzinfo=UTC), WEDNESDAY, (20, 45), False),
        (datetime(2024, 11, 27, 20, 46, tzinfo=UTC), FRIDAY, (17, 45), True),
        (datetime(2024, 11, 28, 15, 0, tzinfo=UTC), FRIDAY, (17, 45), True),
        (datetime(2024, 11, 29, 17, 46, tzinfo=UTC), date(2024, 12, 2), (20, 45), False),
        (datetime(2024, 7, 1, 12, 0, tzinfo=UTC), date(2024, 7, 1), (19, 45), False),
    ],
)
def test_when_the_next_run_begins_is_said_by_the_calendar(
    folder: Path,
    now: datetime,
    session: date,
    starts: tuple[int, int],
    is_early: bool,  # noqa: FBT001
) -> None:
    found = seen(folder, now).next_run
    assert (found.session, found.is_early) == (session, is_early)
    assert (found.starts_at.hour, found.starts_at.minute) == starts
    assert found.closes_at - found.starts_at == timedelta(minutes=15)


def test_the_lead_is_a_setting(folder: Path) -> None:
    found = seen(folder, settings="[schedule]\nlead_minutes = 25").next_run
    assert (found.starts_at.hour, found.starts_at.minute) == (20, 35)


def test_nothing_is_claimed_of_schedules_and_daemon_that_nobody_ever_saw(folder: Path) -> None:
    found = seen(folder).machinery
    assert (found.is_on, found.seen_at, found.is_alive) == (None, None, None)
    assert seen(folder).next_action is None


@pytest.mark.parametrize(
    ("late", "is_alive"), [(timedelta(0), True), (timedelta(minutes=1), True), (timedelta(minutes=3), False)]
)
def test_a_daemon_that_is_late_is_gone(folder: Path, late: timedelta, is_alive: bool) -> None:  # noqa: FBT001
    signs = folder / ".alchemiser" / FOLDER
    note_switch(signs, NOON - timedelta(hours=1), is_on=True)
    beat(signs, WATCH_SENSOR, NOON - late - timedelta(minutes=1), next_expected=NOON - late)
    found = seen(folder)
    assert (found.machinery.is_on, found.machinery.is_alive) == (True, is_alive)
    assert (found.next_action is None) is is_alive
    shown = alchemiser(folder, "status")
    assert "trading by schedule is on; the daemon is gone: it was seen" in " ".join(shown.lines)


def test_one_sign_of_life_is_enough(folder: Path) -> None:
    signs = folder / ".alchemiser" / FOLDER
    beat(signs, WATCH_SENSOR, NOON - timedelta(hours=1), next_expected=NOON - timedelta(minutes=59))
    beat(signs, TRADING_SCHEDULE, NOON - timedelta(minutes=5))
    assert seen(folder).machinery.is_alive is True


def end(outcome: Outcome, code: str = "none", correlation: str = "c") -> RunEnd:
    return RunEnd("run", correlation, ACCOUNT, WEDNESDAY, outcome, code, NOON - timedelta(minutes=5))


def notice(body: str, correlation: str, about: str = "final", minutes: int = 4) -> Notice:
    return Notice(
        key=notice_key(correlation, about),
        level=NoticeLevel.ERROR,
        title="Failed at market_data",
        body=body,
        correlation_id=correlation,
        created_at=NOON - timedelta(minutes=minutes),
        session=WEDNESDAY,
    )


def test_why_a_run_failed_is_said_in_its_own_words(folder: Path) -> None:
    desk = desk_at(folder)
    RunEnds(desk.database).record(end(Outcome.FAILED, "data"))
    desk.notifier.send(notice("outcome: failed\nerror: no bars for AAA\nnext: wait for bars", "c"))
    found = look(desk)
    assert found.last_run is not None
    assert (found.last_run.outcome, found.last_run.why) == ("failed", "no bars for AAA")
    assert found.next_action == "wait for bars"
    desk.close()


def test_a_run_that_waits_for_a_person_says_what_to_type(folder: Path) -> None:
    desk = desk_at(folder)
    RunEnds(desk.database).record(end(Outcome.SKIPPED, "approval"))
    desk.notifier.send(notice("outcome: waits for approval\nreason: 3 trades", "c"))
    found = look(desk)
    assert found.last_run is not None
    assert (found.last_run.outcome, found.last_run.why) == ("waits for approval", "3 trades")
    assert "alchemiser approve" in (found.next_action or "")
    desk.close()


def test_a_run_that_never_started_is_the_last_one_too(folder: Path) -> None:
    #
    desk = desk_at(folder)
    RunEnds(desk.database).record(end(Outcome.TRADED))
    desk.notifier.send(notice("outcome: failed\nerror: no strategies", "later", minutes=1))
    found = look(desk)
    assert found.last_run is not None
    assert (found.last_run.correlation_id, found.last_run.why) == ("later", "no strategies")
    assert found.next_action == "see why in `alchemiser story later`, then type `alchemiser run`"
    desk.close()


def test_what_is_told_beside_a_run_is_not_its_end(folder: Path) -> None:
    desk = desk_at(folder)
    RunEnds(desk.database).record(end(Outcome.TRADED))
    desk.notifier.send(notice("outcome: halted\nreason: x", "halt", about="halt", minutes=1))
    found = look(desk)
    assert found.last_run is not None
    assert (found.last_run.correlation_id, found.last_run.outcome) == ("c", "traded")
    desk.close()


def test_what_was_earned_counts_from_the_close_before(folder: Path) -> None:
    desk = desk_at(folder)
    for session, equity in ((date(2024, 11, 25), "100"), (date(2024, 11, 26), "103"), (WEDNESDAY, "102.50")):
        desk.journal.append(report(session, equity))
    worth = look(desk).worth
    assert worth is not None
    assert (worth.equity, worth.session) == (Decimal("102.50"), WEDNESDAY)
    assert worth.day is not None
    assert worth.start is not None
    assert (worth.day.amount, worth.day.since) == (Decimal("-0.50"), date(2024, 11, 26))
    assert (worth.start.amount, worth.start.since) == (Decimal("2.50"), date(2024, 11, 25))
    desk.close()


def test_a_halt_is_the_first_thing_to_do_something_about(folder: Path) -> None:
    assert alchemiser(folder, "halt", "--reason", "quotes look wrong", "--by", "anna").exit_code == 0
    shown = alchemiser(folder, "status")
    assert shown.lines[0].endswith(" by anna: quotes look wrong")
    assert any(line.startswith("to do find out why trading is held back") for line in shown.lines)


def test_the_object_holds_what_the_lines_say(filled: Path) -> None:
    shown = alchemiser(filled, "status", "--json")
    assert (shown.exit_code, shown.err) == (0, "")
    told = json.loads(shown.out)
    assert told["mode"] == "simulated"
    assert told["last_run"]["outcome"] == "traded"
    assert told["worth"]["equity"] == "100000.12"
    assert (told["halt"], told["breaks"], told["notices_owed"], told["incidents"]) == (None, [], [], [])
    assert "account" not in told


def test_it_loads_nothing_heavy(filled: Path) -> None:
    alchemiser(filled, "status")  # keeps the calendar
    done = subprocess.run(  # noqa: S603 - the interpreter under test
        [sys.executable, "-c", TELL_MODULES],
        cwd=filled,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    (loaded,) = (line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    assert not set(HEAVY) & set(loaded.split())
