"""A paper day that is killed and recovered over a real socket: nothing is sent, the rest goes once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from decimal import Decimal

import pytest
from support.command import alchemiser, run_mortally
from support.paper_day import HISTORY, KEYS, PaperDay, before_close, paper_day

SESSION = "2024-11-27"
SETTINGS = HISTORY + '\n[[strategies]]\nfile = "two_funds.clj"\nweight = 1.0\n'
TWO_FUNDS = """(defsymphony "Two funds" {:rebalance-frequency :daily}
  (weight-specified 0.6 (asset "SPY" nil) 0.4 (asset "TLT" nil)))"""


@pytest.fixture
def day() -> Iterator[PaperDay]:
    with paper_day(before_close(SESSION), more=SETTINGS) as day:
        (day.folder / "two_funds.clj").write_text(TWO_FUNDS)
        day.world.reset(Decimal(60_000), {"GLD": Decimal(400), "IEF": Decimal("250.5")})
        yield day


def open_orders(day: PaperDay) -> list[str]:
    return [order.client_order_id for order in day.world.venue.open_orders()]


def test_a_recovery_cancels_and_asks_and_sends_nothing(day: PaperDay) -> None:
    #
    killed = run_mortally(day.folder, "after:2", "run", **KEYS)
    assert killed.exit_code == -signal.SIGKILL
    sent = list(day.submitted)
    assert len(sent) == 2
    shown = alchemiser(day.folder, "recover", **KEYS)
    assert (shown.exit_code, shown.err) == (0, "")
    assert day.submitted == sent
    assert open_orders(day) == []
    again = alchemiser(day.folder, "recover", **KEYS)
    assert again.exit_code == 0
    assert day.submitted == sent
    resumed = day.run()
    assert (resumed.exit_code, resumed.err) == (0, "")
    assert len(day.submitted) == len(set(day.submitted))
    assert set(day.positions) == {"SPY", "TLT"}
