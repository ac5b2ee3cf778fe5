"""Session after session on one account: positions follow the target, cash adds up, the books are clean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pandas as pd
import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import SESSIONS, Books, close_of, make_folder, weights_on

CENT = Decimal("0.01")
START = Decimal(100_000)
DEPLOYABLE = Decimal("0.995")
ROOT = Path(__file__).parents[2]
REAL_BARS = Path(
    os.environ.get("ALCHEMISER_REAL_BARS", ROOT.parent / "shared" / "data" / "real_bars.parquet")
)
REAL_SESSIONS = ("2024-11-25", "2024-11-26", "2024-11-27", "2024-11-29")
REAL_SYMPHONY = """(defsymphony "Shares" {:rebalance-frequency :daily}
  (weight-specified
    0.5 (if (> (current-price "SPY") (moving-average-price "SPY" {:window 50}))
          [(asset "SPY" nil)] [])
    0.5 (filter (rsi {:window 10}) (select-bottom 2)
          [(asset "AAPL" nil) (asset "AMZN" nil) (asset "JPM" nil) (asset "XOM" nil) (asset "WMT" nil)])))
"""
REAL_SETTINGS = """
[market_data]
history_start = 2023-01-03

[[strategies]]
file = "shares.clj"
weight = 1.0
"""


@dataclass(frozen=True)
class Evening:
    """What there was after one session."""

    session: str
    shown: Shown
    cash: Decimal
    positions: dict[str, Decimal]
    fills: list[tuple[str, ...]]

    @property
    def earned(self) -> Decimal:
        """What all fills of the session left in cash, each paid in whole cents."""
        return sum((signed_cents(*fill) for fill in self.fills), Decimal(0))


def signed_cents(side: str, quantity: str, price: str) -> Decimal:
    paid = (Decimal(quantity) * Decimal(price)).quantize(CENT, ROUND_HALF_EVEN)
    return paid if side == "sell" else -paid


def run_evening(folder: Path, session: str, *options: str) -> Evening:
    shown = alchemiser(folder, "run", "--session", session, *options)
    books = Books(folder)
    fills = books.rows(f"SELECT side, quantity, price FROM fills WHERE session = '{session}'")  # noqa: S608
    return Evening(session, shown, books.cash, books.positions, fills)


@pytest.fixture(scope="module")
def evenings() -> Iterator[list[Evening]]:
    with working_folder() as folder:
        make_folder(folder)
        yield [run_evening(folder, session) for session in SESSIONS]


def test_every_evening_ends_well_with_clean_books(evenings: list[Evening]) -> None:
    #
    for evening in evenings:
        assert (evening.shown.exit_code, evening.shown.err) == (0, "")
        (line,) = (line for line in evening.shown.lines if line.startswith("Reconciliation: "))
        assert line.startswith("Reconciliation: clean; compared ")
        assert line.endswith(f"cash {evening.cash:,.2f} (nothing to list)")


def test_cash_adds_up_to_the_cent_from_the_fills_of_all_evenings(evenings: list[Evening]) -> None:
    #
    cash = START
    for evening in evenings:
        assert evening.fills
        cash += evening.earned
        assert evening.cash == cash


def test_positions_follow_the_target(evenings: list[Evening]) -> None:
    for evening in evenings:
        target = weights_on(evening.session)
        assert set(evening.positions) == set(target)
        closes = {symbol: close_of(symbol, evening.session) for symbol in target}
        values = {symbol: evening.positions[symbol] * closes[symbol] for symbol in target}
        equity = evening.cash + sum(values.values())
        for symbol, weight in target.items():
            assert abs(values[symbol] / equity - weight * DEPLOYABLE) < Decimal("0.001")


def test_an_early_close_is_traded_a_quarter_of_an_hour_before_it(evenings: list[Evening]) -> None:
    (early,) = (evening for evening in evenings if evening.session == "2024-11-29")
    assert early.shown.exit_code == 0
    assert early.fills


@pytest.fixture(scope="module")
def real_evenings() -> Iterator[list[Evening]]:
    if not REAL_BARS.exists():
        pytest.skip(f"there are no real bars at {REAL_BARS}; ALCHEMISER_REAL_BARS names another file")
    with working_folder() as folder:
        (folder / "alchemiser.toml").write_text(REAL_SETTINGS)
        (folder / "shares.clj").write_text(REAL_SYMPHONY)
        holiday = alchemiser(folder, "run", "--bars", str(REAL_BARS), "--session", "2024-11-28")
        assert holiday.exit_code == 2
        yield [run_evening(folder, session, "--bars", str(REAL_BARS)) for session in REAL_SESSIONS]


def test_real_sessions_follow_their_signals_with_clean_books(real_evenings: list[Evening]) -> None:
    #
    bars = pd.read_parquet(REAL_BARS).set_index(["symbol", "session"])["close"]
    cash = START
    for evening in real_evenings:
        assert (evening.shown.exit_code, evening.shown.err) == (0, "")
        assert any(line.startswith("Reconciliation: clean; ") for line in evening.shown.lines)
        cash += evening.earned
        assert evening.cash == cash
        held = {
            symbol: float(quantity) * bars[symbol, pd.Timestamp(evening.session)]
            for symbol, quantity in evening.positions.items()
        }
        invested = sum(held.values()) / (sum(held.values()) + float(evening.cash))
        assert invested == pytest.approx(0.995, abs=0.002)
        assert held["SPY"] / sum(held.values()) == pytest.approx(0.5, abs=0.002)
        assert len(held) == 3
