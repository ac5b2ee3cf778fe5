from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from notify.notify_builders import NOON, RecordingSink, migrated, notice
from sqlalchemy import func, select

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import notices
from alchemiser_dagster.logs import configure_logging
from alchemiser_dagster.notify import FileSink, Notifier
from alchemiser_dagster.notify.outbox import Outbox
from alchemiser_dagster.notify.terms import NotifierTerms

CLOCK = StandingClock(NOON)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = migrated(tmp_path)
    yield opened
    opened.close()


def row_count(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(notices)).scalar_one())


def test_a_notice_reaches_every_sink_and_is_one_row_that_says_when(database: Database) -> None:
    sinks = RecordingSink("one"), RecordingSink("two")
    assert Notifier(database, sinks, CLOCK).send(notice())
    assert [sink.delivered for sink in sinks] == [[notice()], [notice()]]
    with database.reading() as connection:
        row = connection.execute(select(notices)).mappings().one()
    assert (row["notice_key"], row["sent_at"]) == (notice().key, NOON)


def test_a_notice_is_sent_once_per_key(database: Database) -> None:
    sink = RecordingSink()
    sent = [
        Notifier(database, [sink], CLOCK).send(notice(body=body))
        for body in ("from the hook", "from the sensor")
    ]
    assert sent == [True, False]
    assert [told.body for told in sink.delivered] == ["from the hook"]


def test_a_sink_that_fails_breaks_nothing_and_is_visible(database: Database) -> None:
    stream = StringIO()
    configure_logging(stream=stream)
    failing, working = RecordingSink("failing", failures=9), RecordingSink("working")
    notifier = Notifier(database, [failing, working], CLOCK, NotifierTerms(secrets=("hunter22",)))
    assert notifier.send(notice())
    assert working.delivered == [notice()]
    assert notifier.unsent() == (notice(),)
    assert notifier.failures(notice()) == {"failing": "RuntimeError:\nBoom: no key **********"}
    assert "notice not delivered notice_key=" in stream.getvalue()
    assert "hunter22" not in stream.getvalue()


def test_a_retry_goes_to_the_sink_that_failed_and_to_no_other(database: Database) -> None:
    failing, working = RecordingSink("failing", failures=2), RecordingSink("working")
    clock = StandingClock(NOON)
    notifier = Notifier(database, [failing, working], clock)
    notifier.send(notice())
    clock.sleep(60)
    assert notifier.retry_unsent() == (notice(),)
    clock.sleep(120)
    assert notifier.retry_unsent() == ()
    assert (len(failing.delivered), len(working.delivered)) == (1, 1)
    assert row_count(database) == 1


def test_a_delivery_that_another_process_is_making_is_left_to_it(database: Database) -> None:
    outbox, sink = Outbox(database), RecordingSink()
    outbox.register(notice(), [sink.name])
    outbox.claim(notice(), sink.name, NOON)
    assert Notifier(database, [sink], CLOCK).retry_unsent() == (notice(),)
    assert sink.delivered == []


def test_a_delivery_whose_process_died_is_made_by_the_next(database: Database) -> None:
    outbox, sink = Outbox(database), RecordingSink()
    outbox.register(notice(), [sink.name])
    outbox.claim(notice(), sink.name, NOON)
    later = StandingClock(NOON + timedelta(minutes=2))
    assert Notifier(database, [sink], later).retry_unsent() == ()
    assert sink.delivered == [notice()]


def test_a_sink_that_is_no_longer_set_is_owed_nothing(database: Database) -> None:
    Notifier(database, [RecordingSink("gone", failures=1)], CLOCK).send(notice())
    assert Notifier(database, [], CLOCK).retry_unsent() == ()
    assert row_count(database) == 1


def test_without_sinks_a_notice_is_still_kept(database: Database) -> None:
    assert Notifier(database, [], CLOCK).send(notice())
    assert row_count(database) == 1


def test_no_secret_and_no_stack_trace_is_kept_or_sent(database: Database) -> None:
    sink = RecordingSink()
    trace = 'failed hunter22\nTraceback (most recent call last):\n  File "a.py", line 1\nValueError: hunter22'
    Notifier(database, [sink], CLOCK, NotifierTerms(secrets=("hunter22",))).send(
        notice(title="T hunter22", body=trace)
    )
    assert sink.delivered[0].title == "T **********"
    assert sink.delivered[0].body == "failed **********\nValueError: **********"
    with database.reading() as connection:
        assert "hunter22" not in str(connection.execute(select(notices)).all())


def test_where_the_ledger_fails_people_are_told_all_the_same(tmp_path: Path) -> None:
    stream = StringIO()
    configure_logging(stream=stream)
    sink = RecordingSink()
    unmigrated = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    assert Notifier(unmigrated, [sink], CLOCK).send(notice())
    assert sink.delivered == [notice()]
    assert "notice not kept" in stream.getvalue()
    unmigrated.close()


def test_a_ledger_that_fails_between_two_deliveries_breaks_nothing(database: Database) -> None:
    class DroppingSink(RecordingSink):
        def deliver(self, told: object) -> None:
            del told
            with database.transaction() as connection:
                notices.drop(connection)

    stream = StringIO()
    configure_logging(stream=stream)
    assert Notifier(database, [DroppingSink()], CLOCK).send(notice())
    assert "notice left unsent" in stream.getvalue()


def test_a_hundred_threads_send_one_notice_once(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "notices.log"
    notifier = Notifier(database, [FileSink(file)], CLOCK)
    with ThreadPoolExecutor(16) as pool:
        sent = list(pool.map(lambda _: notifier.send(notice()), range(100)))
    assert sent.count(True) == 1
    assert len(file.read_text().splitlines()) == 1


def _send_from_a_process(url: str, file: Path, count: int) -> None:
    notifier = Notifier(Database(url), [FileSink(file)], CLOCK)
    for number in range(count):
        notifier.send(notice(str(number)))


def test_processes_that_say_the_same_say_it_once(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "notices.log"
    url = database.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_send_from_a_process, args=(url, file, 10)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(file.read_text().splitlines()) == len(set(file.read_text().splitlines())) == 10
    assert row_count(database) == 10


def test_two_who_retry_at_once_deliver_once(database: Database, tmp_path: Path) -> None:
    for number in range(5):
        Notifier(database, [RecordingSink("file", failures=1)], CLOCK).send(notice(str(number)))
    file = tmp_path / "notices.log"
    notifier = Notifier(database, [FileSink(file)], StandingClock(NOON + timedelta(minutes=1)))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: notifier.retry_unsent(), range(8)))
    assert len(file.read_text().splitlines()) == 5


@profile(max_examples=25, deadline=None)
@given(
    plan=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 2), st.booleans()), max_size=8)
)
def test_however_sinks_fail_each_has_each_notice_once_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, int, bool]]
) -> None:
    database = migrated(tmp_path_factory.mktemp("outbox"))
    sinks = RecordingSink("one"), RecordingSink("two")
    clock = StandingClock(NOON)
    notifier = Notifier(database, sinks, clock)
    for about, failures, retries in plan:
        sinks[0].failures = failures
        notifier.send(notice(about))
        if retries:
            clock.sleep(3600)
            notifier.retry_unsent()
    sinks[0].failures = 0
    clock.sleep(3600)
    assert notifier.retry_unsent() == ()
    expected = sorted(notice(about).key for about in {about for about, _, _ in plan})
    assert [sorted(told.key for told in sink.delivered) for sink in sinks] == [expected, expected]
    assert row_count(database) == len(expected)
    database.close()
