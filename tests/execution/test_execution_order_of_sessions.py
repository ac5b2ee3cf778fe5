"""An account's books only go forward: a session behind a traded one is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.trading import ACCOUNT, CALENDAR, NEXT_SESSION, SESSION, WINDOW, Bench, buy, plan_of

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.risk.permit import TradingPermit


def on_the_next_session(folder: Path) -> Bench:
    return Bench(folder, clock=StandingClock(CALENDAR.close_of(NEXT_SESSION) - WINDOW))


def test_a_session_behind_a_traded_one_is_refused_and_sends_nothing(tmp_path: Path) -> None:
    #
    later = on_the_next_session(tmp_path)
    later.execute(plan_of(buy("AAA", "10"), cash=later.cash(), session=NEXT_SESSION))
    earlier = Bench(tmp_path)
    held = earlier.held()
    with pytest.raises(SessionError, match=r"has traded session 2024-11-29 already, which is later"):
        earlier.execute(plan_of(buy("BBB", "10"), cash=earlier.cash()))
    assert earlier.held() == held
    assert isinstance(earlier.permit(SESSION), TradingPermit)


def test_the_session_itself_and_later_ones_are_not(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.execute(plan_of(buy("AAA", "10"), cash=bench.cash()))
    book = ExecutionBook(bench.database)
    book.require_none_after(ACCOUNT, SESSION)
    book.require_none_after(ACCOUNT, NEXT_SESSION)
    book.require_none_after("another", SESSION - timedelta(days=1))
