"""`alchemiser notify`: a person tries where notices go, sees what is owed, and sends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.days import BUY_AND_HOLD, SETTINGS
from support.notice_servers import free_port, hook_server, mail_server

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.notify import Notice, NoticeLevel
from alchemiser_dagster.settings import load_settings

SECRET = "token-of-the-hook"  # noqa: S105 - it is the test's own


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as made:
        yield made


def settled(folder: Path, notify: str) -> Path:
    (folder / "alchemiser.toml").write_text(f"[notify]\nconsole = false\n{notify}\n{SETTINGS}")
    (folder / "two_funds.clj").write_text(BUY_AND_HOLD)
    return folder


def channel(url: str, level: str, name: str) -> str:
    return f'[[notify.channels]]\nurl = "{url}"\nlevel = "{level}"\nname = "{name}"\n'


def told(folder: Path) -> None:
    desk = TradingDesk(load_settings(folder / "alchemiser.toml"))
    failed = Notice(
        key="key",
        level=NoticeLevel.ERROR,
        title="Failed at market_data",
        body="code: data",
        correlation_id="correlation",
        created_at=desk.wall_clock.now(),
    )
    desk.notifier.send(failed)
    desk.close()


def row(shown: Shown, name: str) -> str:
    return next(line for line in shown.lines if line.startswith(name))


def test_a_test_notice_reaches_everybody_whatever_the_level(folder: Path) -> None:
    with mail_server() as mail, hook_server() as hook:
        settled(folder, channel(mail.url, "info", "letter") + channel(hook.url, "error", "phone"))
        shown = alchemiser(folder, "notify", "test")
        assert shown.exit_code == 0, shown
        assert [row(shown, name) for name in ("file", "letter", "phone")] == [
            "file info sent",
            "letter info sent",
            "phone error sent",
        ]
        assert [told["Subject"] for told in mail.received] == ["Test notice (simulated)"]
        assert [told["title"] for told in hook.received] == ["Test notice (simulated)"]


def test_a_service_that_takes_nothing_is_named_and_why_without_its_tokens(folder: Path) -> None:
    with hook_server() as hook:
        hook.status = 500
        shown = alchemiser(settled(folder, channel(hook.url, "info", "phone")), "notify", "test")
    assert shown.exit_code == 1
    assert "the service did not take the notice" in " ".join(shown.lines)
    assert SECRET not in shown.out + shown.err


def test_a_test_notice_is_no_run_and_owed_to_nobody(folder: Path) -> None:
    port = free_port()
    settled(folder, channel(f"json://127.0.0.1:{port}", "info", "phone"))
    assert alchemiser(folder, "notify", "test").exit_code == 1
    assert "nothing to list" in alchemiser(folder, "notify", "owed").out


def test_what_is_owed_is_listed_and_sent_when_a_person_says_so(folder: Path) -> None:
    port = free_port()
    settled(folder, channel(f"json://127.0.0.1:{port}/{SECRET}", "warning", "phone"))
    told(folder)
    listed = alchemiser(folder, "notify", "owed")
    assert "Failed at market_data" in listed.out
    assert SECRET not in listed.out
    assert alchemiser(folder, "notify", "retry").exit_code == 1
    with hook_server(port) as hook:
        shown = alchemiser(folder, "notify", "retry")
        assert shown.exit_code == 0
        assert [told["title"] for told in hook.received] == ["Failed at market_data"]
    assert "nothing to list" in alchemiser(folder, "notify", "owed").out


def test_a_person_can_have_it_forgotten(folder: Path) -> None:
    settled(folder, channel(f"json://127.0.0.1:{free_port()}", "info", "phone"))
    told(folder)
    shown = alchemiser(folder, "notify", "retry", "--forget")
    assert shown.exit_code == 0
    assert "forgotten: 1 deliveries that failed" in shown.out
