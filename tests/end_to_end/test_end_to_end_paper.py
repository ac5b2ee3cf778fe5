"""Paper mode on a look-alike, whole: what is traded, what agrees to the cent, and what is not sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
from support.command import Shown
from support.flipping import Books
from support.paper_day import PaperDay, before_close, paper_day

from alchemiser_dagster.settings.tree import EXAMPLES

SESSION, EARLY = "2024-11-27", "2024-11-29"
START, CENT = Decimal(100_000), Decimal("0.01")
REQUESTS_A_MINUTE = 180
SHIPPED = EXAMPLES / "overbought_switch.clj"
BY_THE_WAY = {
    "status": ("status",),
    "doctor": ("doctor",),
    "config": ("config",),
    "journal": ("journal", "verify"),
    "signals": ("signals", str(SHIPPED), "--from", "2024-11-25", "--to", "2024-11-26"),
    "explain": ("explain", str(SHIPPED)),
}


@dataclass(frozen=True)
class Evening:
    """What one run left at the look-alike and in our books."""

    shown: Shown
    submitted: tuple[str, ...]
    fills: tuple[tuple[str, ...], ...]
    cash: Decimal
    positions: dict[str, Decimal]


@dataclass(frozen=True)
class PaperDays:
    """An ordinary session run twice, what the other commands showed then, and an early close."""

    folder: Path
    first: Evening
    second: Evening
    others: dict[str, Shown]
    written_by_others: int
    early: Evening


def evening(day: PaperDay) -> Evening:
    shown = day.run()
    fills = Books(day.folder).rows("SELECT symbol, side, quantity, price FROM fills")
    return Evening(shown, tuple(day.submitted), tuple(fills), day.cash, day.positions)


@pytest.fixture(scope="module")
def days() -> Iterator[PaperDays]:
    with paper_day(before_close(SESSION)) as day:
        first, second = evening(day), evening(day)
        before = len(day.writes)
        others = {name: day.command(*command) for name, command in BY_THE_WAY.items()}
        written = len(day.writes) - before
        day.world.clock.wind(to=before_close(EARLY))
        yield PaperDays(day.folder, first, second, others, written, evening(day))


def assert_agrees(evening: Evening) -> None:
    """Hold that the look-alike's shares and cash are those that our own fills make."""
    assert (evening.shown.exit_code, evening.shown.err) == (0, "")
    held: dict[str, Decimal] = {}
    cash = START
    for symbol, side, quantity, price in evening.fills:
        sign = 1 if side == "buy" else -1
        held[symbol] = held.get(symbol, Decimal(0)) + sign * Decimal(quantity)
        cash -= sign * (Decimal(quantity) * Decimal(price)).quantize(CENT, ROUND_HALF_EVEN)
    assert {symbol: quantity for symbol, quantity in held.items() if quantity} == evening.positions
    assert cash == evening.cash
    (line,) = (line for line in evening.shown.lines if line.startswith("Reconciliation: "))
    assert line.startswith("Reconciliation: clean; compared ")
    assert line.endswith(f"{len(held)} positions, cash {evening.cash:,.2f} (nothing to list)")


def test_a_paper_day_trades_and_its_books_agree_to_the_share_and_the_cent(days: PaperDays) -> None:
    #
    assert_agrees(days.first)
    assert len(days.first.positions) >= 5
    assert days.first.shown.lines[0] == (
        f"Session {SESSION}: 13 symbols from alpaca:sip:all, decided on provisional prices"
    )
    assert "Account (paper): equity 100,000.00, cash 100,000.00, buying power" in days.first.shown.out


def test_a_paper_day_follows_the_plan(days: PaperDays) -> None:
    lines = days.first.shown.lines
    begins = next(at for at, line in enumerate(lines) if line.startswith("Rebalance plan "))
    ends = next(at for at, line in enumerate(lines) if line.startswith("Execution: "))
    planned = {line.split()[1]: Decimal(line.split()[2]) for line in lines[begins:ends] if line[:4] == "buy "}
    assert planned == days.first.positions


def test_each_order_was_sent_once_and_stands_in_the_books(days: PaperDays) -> None:
    #
    sent = days.early.submitted
    assert len(sent) == len(set(sent)) > 5
    assert set(sent) == {name for (name,) in Books(days.folder).rows("SELECT client_order_id FROM orders")}


def test_the_same_session_again_has_nothing_to_do_and_sends_nothing(days: PaperDays) -> None:
    #
    assert_agrees(days.second)
    assert "Execution: nothing to do, sold 0.00, bought 0.00 (nothing to list)" in days.second.shown.lines
    assert days.second.submitted == days.first.submitted
    assert days.second.positions == days.first.positions


def test_an_early_close_is_traded_before_it(days: PaperDays) -> None:
    assert_agrees(days.early)
    assert len(days.early.submitted) > len(days.first.submitted)
    assert days.early.positions != days.first.positions


def test_other_commands_work_beside_and_send_nothing(days: PaperDays) -> None:
    assert {name: (shown.exit_code, shown.err) for name, shown in days.others.items()} == dict.fromkeys(
        BY_THE_WAY, (0, "")
    )
    assert days.written_by_others == 0


def test_status_shows_paper_runs(days: PaperDays) -> None:
    status = days.others["status"]
    assert status.lines[0] == f"mode paper, session {SESSION}"
    rows = [" ".join(line.split()[1:3]) for line in status.lines if line.startswith(f"{SESSION} ")]
    assert rows == ["nothing to", f"traded {len(days.first.submitted)}"]


def test_doctor_says_that_the_market_is_open_and_by_whose_clock(days: PaperDays) -> None:
    lines = days.others["doctor"].lines
    assert not any("PROBLEM" in line or "skipped" in line for line in lines)
    assert "keys ok set, needed" in lines
    assert any(line.startswith(f"clock ok {SESSION} 20:4") for line in lines)
    assert "market ok open; orders may be sent until 21:00 UTC" in lines
    assert any(line.startswith("symbols ok all 13 have a price: BIL, EEM,") for line in lines)


def test_signals_read_alpacas_bars(days: PaperDays) -> None:
    rows = [line for line in days.others["signals"].lines if line.startswith("2024-11-2")]
    assert [row.split()[0] for row in rows] == ["2024-11-25", "2024-11-26"]
