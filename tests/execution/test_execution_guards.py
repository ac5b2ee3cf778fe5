"""The permit, the lock, and the ids that make a repeat the same order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.mortal import PassingBroker
from support.trading import ACCOUNT, BEFORE_CLOSE, CALENDAR, NEXT_SESSION, SESSION, WINDOW, Bench

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import BusyError, SessionError
from alchemiser_dagster.execution.client_order_id import OrderKey, client_order_id, is_ours
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.records.market import MarketClock
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.permit import TradingPermit

KEY = OrderKey("account", SESSION, "plan", "AAA", Side.BUY, 1)
EARLY_CLOSE = datetime(2024, 11, 29, 18, 0, tzinfo=UTC)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def permit_at(bench: Bench, instant: datetime, session: date) -> TradingPermit:
    clock = StandingClock(instant)
    broker = Bench(bench.folder, clock=clock).broker
    return TradingPermit(session, CALENDAR, clock, broker, WINDOW)


def test_a_permit_is_made_within_the_window_before_the_close(bench: Bench) -> None:
    assert bench.permit().closes_at == BEFORE_CLOSE + WINDOW


@pytest.mark.parametrize("session", [date(2024, 11, 26), NEXT_SESSION, date(2024, 11, 28)])
def test_another_session_than_todays_is_refused_and_pointed_to_the_backtest(
    bench: Bench, session: date
) -> None:
    #
    with pytest.raises(SessionError, match="backtest"):
        bench.permit(session)


@pytest.mark.parametrize(
    "instant",
    [BEFORE_CLOSE - timedelta(seconds=1), BEFORE_CLOSE + WINDOW, BEFORE_CLOSE + timedelta(days=1)],
)
def test_outside_the_window_there_is_no_permit(bench: Bench, instant: datetime) -> None:
    #
    with pytest.raises(SessionError, match="orders are sent from 2024-11-27 20:45 to 21:00 UTC"):
        permit_at(bench, instant, SESSION)


def test_the_window_of_an_early_close_ends_at_that_close(bench: Bench) -> None:
    assert permit_at(bench, EARLY_CLOSE - WINDOW, NEXT_SESSION).closes_at == EARLY_CLOSE
    with pytest.raises(SessionError, match="18:00 UTC"):
        permit_at(bench, EARLY_CLOSE + timedelta(hours=2), NEXT_SESSION)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"is_open": False}, "the broker says that its market is closed"),
        ({"now": BEFORE_CLOSE + timedelta(seconds=61)}, "61 seconds away"),
        ({"next_close": BEFORE_CLOSE + timedelta(hours=1)}, "the broker closes at 21:45 UTC"),
    ],
)
def test_a_broker_that_disagrees_is_believed(bench: Bench, change: dict[str, object], what: str) -> None:
    #
    class Disagreeing(PassingBroker):
        def clock(self) -> MarketClock:
            return super().clock().model_copy(update=change)

    with pytest.raises(SessionError, match=what):
        TradingPermit(SESSION, CALENDAR, bench.clock, Disagreeing(bench.broker), WINDOW)


def test_a_permit_ends_with_its_window(bench: Bench) -> None:
    permit = bench.permit()
    permit.check(permit.closes_at - timedelta(seconds=1))
    with pytest.raises(SessionError):
        permit.check(permit.closes_at)


def test_a_held_account_is_refused_at_once_and_its_holder_named(tmp_path: Path) -> None:
    #
    with (
        account_lock(tmp_path, "PA12345678", "run abc"),
        pytest.raises(BusyError, match=r"account …5678: run abc is trading the account"),
        account_lock(tmp_path, "PA12345678", "run def"),
    ):
        pass


def test_another_account_is_not_held(tmp_path: Path) -> None:
    with account_lock(tmp_path, "one", "run abc"), account_lock(tmp_path, "two", "run def"):
        pass


def test_a_lock_goes_with_its_holder_however_that_ends(tmp_path: Path) -> None:
    #
    with pytest.raises(KeyboardInterrupt), account_lock(tmp_path, "one", "run abc"):
        raise KeyboardInterrupt
    with account_lock(tmp_path, "one", "run def"):
        pass


def test_no_file_name_shows_the_account(tmp_path: Path) -> None:
    #
    with account_lock(tmp_path, "PA12345678", "run abc"):
        assert not [path for path in tmp_path.rglob("*") if "12345678" in path.name]


def test_an_order_for_the_same_thing_has_the_same_id() -> None:
    #
    assert client_order_id(KEY) == client_order_id(replace(KEY)) == "alch-9c4da1534a878b9aee302127fbb75fc2"


@pytest.mark.parametrize(
    "other",
    [
        replace(KEY, account="other"),
        replace(KEY, session=NEXT_SESSION),
        replace(KEY, plan_id="other"),
        replace(KEY, symbol="BBB"),
        replace(KEY, side=Side.SELL),
        replace(KEY, attempt=2),
        replace(KEY, leg=2),
    ],
)
def test_an_order_for_something_else_has_another_id(other: OrderKey) -> None:
    assert client_order_id(other) != client_order_id(KEY)


def test_ids_are_short_enough_and_known_as_ours() -> None:
    assert len(client_order_id(KEY)) <= 48
    assert is_ours(client_order_id(KEY))
    assert not is_ours("somebody-else")


def test_the_simulated_account_is_named_in_full(tmp_path: Path) -> None:
    with (
        account_lock(tmp_path, ACCOUNT, "run abc"),
        pytest.raises(BusyError, match="account simulated"),
        account_lock(tmp_path, ACCOUNT, "run def"),
    ):
        pass
