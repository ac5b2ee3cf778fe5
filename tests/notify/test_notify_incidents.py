"""The same failure pages once per quiet time, is counted meanwhile, and is said to be over once (R-43)."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from notify.notify_builders import CORRELATION, NOON, RecordingSink, migrated, notice

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.notify import FileSink, Notice, NoticeLevel, Notifier
from alchemiser_dagster.notify.terms import NotifierTerms
from alchemiser_dagster.notify.trouble import Trouble

QUIET = timedelta(hours=4)
TERMS = NotifierTerms("paper", quiet=QUIET)
NO_DATA = Trouble("market_data", "data", "no bars of SPY for 2024-11-29")
NO_BROKER = Trouble("account_snapshot", "broker", "no answer")


def failed(about: str) -> Notice:
    return notice(about, title="Failed at market_data").model_copy(update={"level": NoticeLevel.ERROR})


@dataclass
class Told:
    """A notifier with a phone that wants errors alone, a letter box for all, and a file."""

    database: Database
    clock: StandingClock = field(default_factory=lambda: StandingClock(NOON))
    count: int = 0

    def __post_init__(self) -> None:
        self.phone = RecordingSink("phone", level=NoticeLevel.ERROR, is_paging=True)
        self.letter = RecordingSink("letter", is_paging=True)
        self.file = RecordingSink("file")
        self.notifier = Notifier(self.database, [self.file, self.letter, self.phone], self.clock, TERMS)

    def fail(self, trouble: Trouble = NO_DATA) -> None:
        self.count += 1
        self.notifier.send(failed(f"failure {self.count}"), trouble)

    def succeed(self, scope: str = "run") -> bool:
        self.count += 1
        return self.notifier.recovered(notice(f"success {self.count}"), scope)

    def pass_time(self, time: timedelta) -> None:
        self.clock.sleep(time.total_seconds())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = migrated(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


def test_the_same_failure_pages_once_per_quiet_time_and_says_then_how_often_it_was_seen(told: Told) -> None:
    for _ in range(3):
        told.fail()
        told.pass_time(timedelta(minutes=30))
    assert len(told.phone.delivered) == len(told.letter.delivered) == 1
    told.pass_time(QUIET)
    told.fail()
    first, second = told.phone.delivered
    assert "seen" not in first.facts
    assert second.facts["seen"] == "4 times since 2024-11-29 17:00 UTC"


def test_a_failure_that_never_stops_pages_again_after_each_quiet_time(told: Told) -> None:
    for _ in range(9):
        told.fail()
        told.pass_time(timedelta(hours=1))
    seen = [one.facts.get("seen", "once").partition(" times")[0] for one in told.phone.delivered]
    assert seen == ["once", "5", "9"]


def test_console_and_file_get_every_failure_with_its_count(told: Told) -> None:
    for _ in range(3):
        told.fail()
    assert [one.facts.get("seen", "once")[:7] for one in told.file.delivered] == [
        "once",
        "2 times",
        "3 times",
    ]
    (going_on,) = told.notifier.incidents()
    assert (going_on.title, going_on.times) == ("Failed at market_data", "3 times")


def test_another_failure_pages_at_once(told: Told) -> None:
    for trouble in (NO_DATA, NO_BROKER, replace(NO_DATA, step="signals"), replace(NO_DATA, code="storage")):
        told.fail(trouble)
    assert len(told.phone.delivered) == 4


def test_numbers_times_and_ids_make_no_other_failure_of_it(told: Told) -> None:
    told.fail(replace(NO_DATA, message="no bars  for 2024-11-29 after 3.5 s, run 1599521e0434fe0c"))
    told.fail(replace(NO_DATA, message="No bars for 2024-12-02 after 12 s, run aabbccdd"))
    assert len(told.phone.delivered) == 1


def test_what_hook_and_sensor_both_tell_is_counted_once(told: Told) -> None:
    for _ in range(2):
        told.notifier.send(failed("final"), NO_DATA)
    assert [one.count for one in told.notifier.incidents()] == [1]


def test_a_success_says_once_to_whoever_was_told_that_it_is_over(told: Told) -> None:
    told.fail()
    told.fail()
    assert told.succeed()
    assert not told.succeed()
    over = told.phone.delivered[-1]
    assert over.title == "Recovered: Failed at market_data, after 2 failures"
    assert over.level is NoticeLevel.INFO
    assert [one.title for one in told.letter.delivered].count(over.title) == 1
    assert told.notifier.incidents() == ()


def test_a_success_without_a_failure_says_nothing(told: Told) -> None:
    assert not told.succeed()
    assert told.file.delivered == []


def test_several_failures_are_over_in_one_notice_that_names_each(told: Told) -> None:
    told.fail()
    told.fail(NO_BROKER)
    told.succeed()
    over = told.file.delivered[-1]
    assert over.title == "Recovered: 2 kinds of failure are over, after 2 failures"
    assert len([name for name in over.facts if name.startswith("over")]) == 2


def test_a_failure_after_its_recovery_pages_at_once_for_the_last_word_was_that_all_is_well(
    told: Told,
) -> None:
    told.fail()
    told.succeed()
    told.fail()
    assert [one.title[:9] for one in told.phone.delivered] == ["Failed at", "Recovered", "Failed at"]
    assert [one.count for one in told.notifier.incidents()] == [1]


def test_a_success_ends_only_what_it_speaks_against(told: Told) -> None:
    told.fail(replace(NO_DATA, scope="schedule"))
    assert not told.succeed("run")
    assert told.succeed("schedule")


def test_without_a_quiet_time_every_failure_pages(database: Database) -> None:
    phone = RecordingSink("phone", is_paging=True)
    terms = replace(TERMS, quiet=timedelta(0))
    notifier = Notifier(database, [phone], StandingClock(NOON), terms)
    for number in range(3):
        notifier.send(failed(str(number)), NO_DATA)
    assert len(phone.delivered) == 3


def test_a_clock_that_was_ahead_keeps_nobody_quiet(database: Database) -> None:
    ahead = Told(database, StandingClock(NOON + timedelta(days=300)))
    ahead.fail()
    right = Told(database, count=10)
    right.fail()
    assert len(right.phone.delivered) == 1


def test_accounts_have_failures_of_their_own(told: Told) -> None:
    told.fail()
    other = RecordingSink("phone", is_paging=True)
    notifier = Notifier(told.database, [other], told.clock, replace(TERMS, account="another"))
    notifier.send(failed("of another"), NO_DATA)
    assert len(other.delivered) == 1


def test_a_hundred_reports_of_one_failure_at_once_page_once_and_are_all_counted(
    database: Database, tmp_path: Path
) -> None:
    phone = RecordingSink("phone", is_paging=True)
    file = tmp_path / "notices.log"
    notifier = Notifier(database, [FileSink(file), phone], StandingClock(NOON), TERMS)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: notifier.send(failed(str(number)), NO_DATA), range(100)))
    assert len(phone.delivered) == 1
    assert [one.count for one in notifier.incidents()] == [100]
    assert len(file.read_text().splitlines()) == 100


class _PagingFile(FileSink):
    name = "paging"
    is_paging = True


def _fail_in_a_process(url: str, file: Path, name: str) -> None:
    notifier = Notifier(Database(url), [_PagingFile(file)], StandingClock(NOON), TERMS)
    for number in range(10):
        notifier.send(failed(f"{name} {number}"), NO_DATA)


def _recover_in_a_process(url: str, file: Path, name: str) -> None:
    notifier = Notifier(Database(url), [_PagingFile(file)], StandingClock(NOON), TERMS)
    notifier.recovered(notice(f"success {name}"))


def test_processes_that_meet_the_same_failure_page_once_and_recover_once(
    database: Database, tmp_path: Path
) -> None:
    file, url = tmp_path / "paged", database.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    for work in (_fail_in_a_process, _recover_in_a_process):
        processes = [context.Process(target=work, args=(url, file, name)) for name in ("a", "b")]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0]
    paged = [Notice.model_validate_json(line).title for line in file.read_text().splitlines()]
    assert paged == ["Failed at market_data", "Recovered: Failed at market_data, after 20 failures"]


EVENTS = st.one_of(
    st.sampled_from(["a", "b", "success"]),
    st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 119, 240)]),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    migrated(folder).close()
    return folder / "ledger.sqlite"


@profile(max_examples=20, deadline=None)
@given(events=st.lists(EVENTS, max_size=14))
def test_whatever_happens_nothing_is_hidden_and_nobody_is_paged_twice_in_a_quiet_time(
    tmp_path_factory: pytest.TempPathFactory, template: Path, events: list[str | timedelta]
) -> None:
    told = Told(Database(f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('incidents'))}"))
    going_on: dict[str, int] = {}
    last_page: dict[str, float] = {}
    paged = 0
    for event in events:
        if isinstance(event, timedelta):
            told.pass_time(event)
        elif event == "success":
            assert told.succeed() == bool(going_on)
            paged += bool(going_on)
            going_on, last_page = {}, {}
        else:
            now = told.clock.now().timestamp()
            told.fail(Trouble(event, event, event))
            going_on[event] = going_on.get(event, 0) + 1
            if now - last_page.get(event, -1e12) >= QUIET.total_seconds():
                last_page[event], paged = now, paged + 1
    assert len(told.phone.delivered) == paged
    assert sorted(one.count for one in told.notifier.incidents()) == sorted(going_on.values())
    assert all(one.correlation_id == CORRELATION for one in told.file.delivered)
    told.database.close()
