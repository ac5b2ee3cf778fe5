"""Notices to a real mail server and a real web hook: what arrives, from which level on, and how often."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import gettempdir
from threading import Event

import pytest
from notify.notify_builders import NOON, RecordingSink, migrated, notice
from pydantic import SecretStr
from support.notice_servers import (
    HookServer,
    MailServer,
    free_port,
    hook_server,
    mail_server,
    pictures_of,
)

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import NotificationError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.logs import configure_logging
from alchemiser_dagster.notify import FileSink, Notice, NoticeLevel, Notifier
from alchemiser_dagster.notify.apprise_sink import AppriseSink
from alchemiser_dagster.notify.outbox import wait_after
from alchemiser_dagster.notify.terms import NotifierTerms

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PATIENT = NotifierTerms(wait_seconds=30)
HURRIED = NotifierTerms(wait_seconds=0.2)
SECRET = "token-of-the-hook"  # noqa: S105 - it is the test's own


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with hook_server() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = migrated(tmp_path)
    yield opened
    opened.close()


def pictured(about: str = "final") -> Notice:
    body = "in short: 2 trades <done> & paid\nmode: paper\n\nwhy:\nSPY: it rose"
    return notice(about, body=body).model_copy(update={"picture": PICTURE})


def sink(url: str, seconds: float = 5) -> AppriseSink:
    return AppriseSink(SecretStr(url), seconds=seconds)


def test_a_mail_has_html_the_same_as_text_and_the_picture_inside(mail: MailServer) -> None:
    sink(mail.url).deliver(pictured())
    (message,) = mail.received
    assert message["Subject"] == "Traded"
    kinds = {part.get_content_type(): part for part in message.walk()}
    page, text = (kinds[kind].get_content() for kind in ("text/html", "text/plain"))
    assert kinds["image/png"].get_content() == PICTURE
    assert f"cid:{str(kinds['image/png']['Content-ID']).strip('<>')}" in page
    for part in (page.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), text):
        assert "2 trades <done> & paid" in part
        assert "it rose" in part
    assert "<table" in page
    assert "<td" not in text


def test_a_mail_without_a_picture_asks_for_none(mail: MailServer) -> None:
    sink(mail.url).deliver(notice())
    assert [part.get_content_maintype() for part in mail.received[0].walk()] == ["multipart", "text", "text"]
    assert "cid:" not in mail.received[0].as_string()


@pytest.mark.parametrize(
    ("level", "kind"),
    [(NoticeLevel.INFO, "info"), (NoticeLevel.WARNING, "warning"), (NoticeLevel.ERROR, "failure")],
)
def test_a_web_hook_gets_title_text_level_and_picture(
    hook: HookServer, level: NoticeLevel, kind: str
) -> None:
    sink(hook.url).deliver(pictured().model_copy(update={"level": level}))
    (post,) = hook.received
    assert (post["title"], post["message"], post["type"]) == ("Traded", pictured().body, kind)
    assert pictures_of(post) == [PICTURE]


def test_a_service_that_refuses_pictures_gets_the_words(hook: HookServer) -> None:
    hook.takes_pictures = False
    sink(hook.url).deliver(pictured())
    assert [post["title"] for post in hook.received] == ["Traded"]


def test_the_picture_s_file_is_gone_afterwards(hook: HookServer) -> None:
    sink(hook.url).deliver(pictured())
    assert list(Path(gettempdir()).glob("alchemiser-*/day.png")) == []


def test_a_text_is_cut_to_what_a_service_takes(mail: MailServer, hook: HookServer) -> None:
    endless = notice(body="word " * 20_000)
    sink(hook.url).deliver(endless)
    sink(f"{mail.url}&format=text").deliver(endless)
    assert len(str(hook.received[0]["message"])) <= 32_768
    assert len(mail.received) == 1


@pytest.mark.parametrize("silent", ["mail", "hook"])
def test_a_silent_service_is_given_up_by_itself(
    mail: MailServer, hook: HookServer, silent: str
) -> None:
    mail.is_silent = hook.is_silent = True
    mail.silence_seconds = hook.silence_seconds = 2
    with pytest.raises(NotificationError, match="did not take the notice"):
        sink({"mail": mail.url, "hook": hook.url}[silent], seconds=0.3).deliver(notice())


def test_a_channel_is_told_from_its_level_on(database: Database, hook: HookServer) -> None:
    everything, errors = RecordingSink("file"), AppriseSink(SecretStr(hook.url), NoticeLevel.ERROR, "phone")
    notifier = Notifier(database, [everything, errors], StandingClock(NOON), PATIENT)
    for level in NoticeLevel:
        notifier.send(notice(level.value, title=level.value).model_copy(update={"level": level}))
    assert [post["title"] for post in hook.received] == ["error"]
    assert [told.title for told in everything.delivered] == ["info", "warning", "error"]
    assert notifier.unsent() == ()


def test_what_failed_is_sent_once_the_service_is_back_and_once_only(database: Database) -> None:
    port, clock = free_port(), StandingClock(NOON)
    notifier = Notifier(database, [sink(f"json://127.0.0.1:{port}")], clock, PATIENT)
    notifier.send(pictured())
    assert notifier.unsent() == (pictured(),)
    with hook_server(port) as hook:
        assert notifier.retry_unsent() == (pictured(),)
        assert hook.received == []
        clock.sleep(60)
        for _ in range(3):
            assert notifier.retry_unsent() == ()
        assert [pictures_of(post) for post in hook.received] == [[PICTURE]]


def test_a_delivery_rests_longer_each_time_and_is_given_up_but_shown(database: Database) -> None:
    clock, failing = StandingClock(NOON), RecordingSink("phone", failures=999, is_paging=True)
    notifier = Notifier(database, [failing], clock, PATIENT)
    notifier.send(notice())
    for _ in range(40):
        due_at = notifier.owed()[0].due_at
        assert due_at is not None
        clock.sleep((due_at - clock.now()).total_seconds())
        assert notifier.retry_unsent() == (notice(),)
    (owed,) = notifier.owed()
    assert owed.attempts == 999 - failing.failures == 1 + 6 + 22
    assert notifier.has_given_up(owed)
    assert notifier.retry_unsent() == (notice(),)
    failing.failures = 0
    assert notifier.retry_unsent(at_will=True) == ()


def test_the_rests_grow_from_a_minute_to_an_hour() -> None:
    minutes = [wait_after(attempts) / timedelta(minutes=1) for attempts in (1, 2, 3, 6, 7, 99)]
    assert minutes == [1, 2, 4, 32, 60, 60]


def test_one_service_that_is_down_is_asked_once_per_look_not_once_per_notice(database: Database) -> None:
    failing, clock = RecordingSink("phone", failures=999, is_paging=True), StandingClock(NOON)
    working = RecordingSink("letter", failures=5, is_paging=True)
    notifier = Notifier(database, [failing, working], clock, PATIENT)
    for number in range(5):
        notifier.send(notice(str(number)))
    clock.sleep(3600)
    before = failing.failures
    assert len(notifier.retry_unsent()) == 5
    assert before - failing.failures == 1
    assert len(working.delivered) == 5


class HangingSink(RecordingSink):
    """A service that answers when it is let go."""

    def __init__(self) -> None:
        super().__init__("hanging", is_paging=True)
        self.go, self.done = Event(), Event()

    def deliver(self, notice: Notice) -> None:
        self.go.wait(30)
        super().deliver(notice)
        self.done.set()


def test_a_service_that_hangs_is_not_waited_for_and_its_late_answer_counts(database: Database) -> None:
    hanging, quick = HangingSink(), RecordingSink("quick", is_paging=True)
    notifier = Notifier(database, [hanging, quick], StandingClock(NOON), HURRIED)
    assert notifier.send(notice())
    assert quick.delivered == [notice()]
    assert notifier.failures(notice()) == {"hanging": "not tried yet"}
    assert notifier.retry_unsent() == (notice(),)
    hanging.go.set()
    assert hanging.done.wait(30)
    assert wait_until(lambda: notifier.unsent() == ())
    assert hanging.delivered == [notice()]


def wait_until(is_so: Callable[[], bool]) -> bool:
    return any(is_so() or Event().wait(0.02) for _ in range(500))


class DyingSink(RecordingSink):
    """A service at which the process is killed before it was told."""

    def deliver(self, notice: Notice) -> None:
        del notice
        os.kill(os.getpid(), signal.SIGKILL)


def _die_while_sending(url: str) -> None:
    dying = DyingSink("json-hook", is_paging=True)
    Notifier(Database(url), [dying], StandingClock(NOON), PATIENT).send(pictured())


def test_a_process_that_is_killed_between_claim_and_delivery_leaves_it_to_the_next(
    database: Database, hook: HookServer
) -> None:
    url = database.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=_die_while_sending, args=(url,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    clock = StandingClock(NOON)
    survivor = AppriseSink(SecretStr(hook.url), name="json-hook")
    notifier = Notifier(database, [survivor], clock, PATIENT)
    assert notifier.retry_unsent() == (pictured(),)
    clock.sleep(120)
    for _ in range(2):
        assert notifier.retry_unsent() == ()
    assert [pictures_of(post) for post in hook.received] == [[PICTURE]]


def test_no_secret_is_sent_logged_or_kept_of_a_service_that_fails(
    database: Database, hook: HookServer, caplog: pytest.LogCaptureFixture
) -> None:
    stream = StringIO()
    configure_logging(stream=stream)
    hook.status = 500
    terms = NotifierTerms(secrets=("hunter22",), wait_seconds=30)
    notifier = Notifier(database, [sink(hook.url)], StandingClock(NOON), terms)
    with caplog.at_level(logging.DEBUG, logger="apprise"):
        notifier.send(notice(title="T hunter22", body="key: hunter22"))
    (owed,) = notifier.owed()
    assert "500" in owed.reason
    hook.status = 200
    notifier.retry_unsent(at_will=True)
    told = str(hook.received) + stream.getvalue() + caplog.text + str(owed)
    assert "T **********" in told
    assert "hunter22" not in told
    assert SECRET not in told


def test_the_lines_of_one_service_do_not_show_up_at_another(hook: HookServer) -> None:
    with hook_server() as other:
        hook.status = other.status = 500
        with pytest.raises(NotificationError) as caught:
            sink(hook.url).deliver(notice())
    assert str(caught.value).count("500") == 1
    assert str(other.server_address[1]) not in str(caught.value)


def test_a_ledger_that_fails_keeps_no_service_untold(tmp_path: Path, hook: HookServer) -> None:
    file = tmp_path / "notices.log"
    unmigrated = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    notifier = Notifier(unmigrated, [FileSink(file), sink(hook.url)], StandingClock(NOON), PATIENT)
    assert notifier.send(notice())
    assert [post["title"] for post in hook.received] == ["Traded"]
    assert "Traded" in file.read_text()
    unmigrated.close()
