"""A notifier that is down or hangs: the day is traded, the check is red, what is owed is sent later, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from support.days import SETTINGS, Day
from support.notice_servers import HookServer, free_port, hook_server

from alchemiser_dagster.assets.delivery_check import DELIVERED_CHECK
from alchemiser_dagster.assets.names import CORRELATION_TAG
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.notice_sensor import send_owed
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import notices
from alchemiser_dagster.notify import Notice, NoticeLevel
from alchemiser_dagster.notify.outbox import Outbox
from alchemiser_dagster.notify.sinks import services_from

HOOKED = """
[notify]
console = false
urls = ["json://127.0.0.1:{port}/token-of-the-hook"]
wait_seconds = {seconds}
"""
TRADED = "Traded: 2 of 2 trades filled"


def hooked_day(folder: Path, port: int, seconds: int = 10) -> Day:
    return Day.in_folder(folder, HOOKED.format(port=port, seconds=seconds) + SETTINGS)


def checked(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (found,) = (
        check for check in result.get_asset_check_evaluations() if check.check_name == DELIVERED_CHECK
    )
    return found


class Ticks:
    """The sensor as the daemon ticks it, one minute after the other, over a ledger whose past grows older."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.cursor: str | None = None

    def tick(self) -> dg.AssetCheckEvaluation | str:
        """Return what the sensor reports, or why it skipped."""
        answer = send_owed(DeskResource(settings_file=str(self.day.settings_file)), self.cursor)
        if isinstance(answer, dg.SkipReason):
            return str(answer.skip_message)
        self.cursor = answer.cursor
        (event,) = answer.asset_events
        assert isinstance(event, dg.AssetCheckEvaluation)
        return event

    def let_rests_pass(self) -> None:
        """Make everything that rests due now."""
        database = Database(self.day.desk.settings.ledger_url)
        with database.transaction() as connection:
            connection.execute(notices.update().values(due_at=None))
        database.close()


@pytest.fixture
def port() -> int:
    return free_port()


def test_a_day_whose_notice_is_delivered_has_a_green_check(tmp_path: Path) -> None:
    with hook_server() as hook:
        day = hooked_day(tmp_path, hook.server_address[1])
        assert day.run().success
        check = checked(day.run("reconciliation_job"))
        assert check.passed
        assert [str(told["title"])[: len(TRADED)] for told in hook.received] == [TRADED]


def test_while_a_service_is_down_trading_goes_on_and_the_check_is_red_until_it_was_told(
    tmp_path: Path, port: int
) -> None:
    day = hooked_day(tmp_path, port)
    assert day.run().success
    closing = day.run("reconciliation_job")
    assert closing.success
    red = checked(closing)
    assert not red.passed
    assert red.severity is dg.AssetCheckSeverity.WARN
    assert "1 delivery is owed" in str(red.description)
    assert "token-of-the-hook" not in str(red)
    ticks = Ticks(day)
    still_red = ticks.tick()
    assert isinstance(still_red, dg.AssetCheckEvaluation)
    assert not still_red.passed
    assert "1 delivery is owed" in str(ticks.tick())
    with hook_server(port) as hook:
        assert "1 delivery is owed" in str(ticks.tick())
        ticks.let_rests_pass()
        green = ticks.tick()
        assert isinstance(green, dg.AssetCheckEvaluation)
        assert green.passed
        assert ticks.tick() == "every notice is delivered"
        assert [str(told["title"])[: len(TRADED)] for told in hook.received] == [TRADED]


def test_a_service_that_hangs_holds_up_nothing(tmp_path: Path, hanging: HookServer) -> None:
    day = hooked_day(tmp_path, hanging.server_address[1], seconds=1)
    assert day.run().success
    closing = day.run("reconciliation_job")
    assert closing.success
    assert not checked(closing).passed


@pytest.fixture
def hanging() -> Iterator[HookServer]:
    with hook_server() as server:
        server.is_silent = True
        yield server


def failed(desk: TradingDesk) -> Notice:
    return Notice(
        key="key",
        level=NoticeLevel.ERROR,
        title="Failed",
        body="code: data",
        correlation_id="correlation",
        created_at=desk.wall_clock.now(),
    )


def told(day: Day) -> None:
    """Tell something through whatever the day's settings name."""
    desk = day.desk
    desk.notifier.send(failed(desk))
    desk.close()


def test_what_was_given_up_stays_shown_as_an_error(tmp_path: Path, port: int) -> None:
    day = hooked_day(tmp_path, port)
    told(day)
    database = Database(day.desk.settings.ledger_url)
    with database.transaction() as connection:
        long_ago = day.desk.wall_clock.now().replace(year=2020)
        connection.execute(notices.update().values(created_at=long_ago, due_at=None))
    database.close()
    with hook_server(port) as hook:
        found = Ticks(day).tick()
        assert isinstance(found, dg.AssetCheckEvaluation)
        assert found.severity is dg.AssetCheckSeverity.ERROR
        assert "1 of them given up" in str(found.description)
        assert hook.received == []


def test_a_notice_that_is_being_sent_for_the_first_time_is_no_news(tmp_path: Path, port: int) -> None:
    day = hooked_day(tmp_path, port)
    desk = day.desk
    (service,) = services_from(desk.settings)
    outbox = Outbox(desk.database)
    outbox.register(failed(desk), [service.name])
    outbox.claim(failed(desk), service.name, desk.wall_clock.now())
    desk.close()
    assert Ticks(day).tick() == "a notice is being sent"


def test_without_any_notice_the_sensor_says_nothing(tmp_path: Path, port: int) -> None:
    assert Ticks(hooked_day(tmp_path, port)).tick() == "every notice is delivered"


def test_the_daemon_takes_the_sensor_s_report_as_the_check(tmp_path: Path, port: int) -> None:
    day = hooked_day(tmp_path, port)
    told(day)
    sensor = day.definitions.resolve_sensor_def("send_what_is_owed")
    resource = DeskResource(settings_file=str(day.settings_file))
    with dg.build_sensor_context(instance=day.instance, resources={"desk": resource}) as context:
        answer = sensor.evaluate_tick(context)
    (event,) = answer.asset_events
    assert isinstance(event, dg.AssetCheckEvaluation)
    day.instance.report_runless_asset_event(event)
    assert answer.cursor


def test_a_failure_that_repeats_pages_once_and_its_end_is_told_once(tmp_path: Path) -> None:
    with hook_server() as hook:
        day = hooked_day(tmp_path, hook.server_address[1])
        for correlation_id in ("first", "second"):
            day.run(partition=date(2024, 11, 27), tags={CORRELATION_TAG: correlation_id})
        assert [str(told["title"])[:9] for told in hook.received] == ["Failed at"]
        (going_on,) = day.desk.notifier.incidents()
        assert going_on.count == 2
        day.run()
        for _ in range(2):
            day.run("reconciliation_job")
        titles = [str(told["title"]) for told in hook.received[1:]]
        assert [title[:9] for title in titles] == ["Traded: 2", "Recovered"]
        assert titles[1].endswith("after 2 failures")
        assert day.desk.notifier.incidents() == ()
