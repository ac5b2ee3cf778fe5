"""A strategy that turns its portfolio over on every session, on bars from a file, and what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from alchemiser_dagster.sessions import TradingCalendar

FIRST, LAST = date(2024, 11, 1), date(2024, 12, 6)
SESSIONS = ("2024-11-25", "2024-11-26", "2024-11-27", "2024-11-29", "2024-12-02")
SYMBOLS = ("AAA", "BBB", "CCC", "DDD", "EEE")
WEIGHTS = (
    {"AAA": Decimal("0.4"), "BBB": Decimal("0.3"), "CCC": Decimal("0.3")},
    {"AAA": Decimal("0.1"), "DDD": Decimal("0.5"), "EEE": Decimal("0.4")},
)
SYMPHONY = """(defsymphony "Flip" {:rebalance-frequency :daily}
  (if (> (current-price "SIG") 100)
    [(weight-specified 0.1 (asset "AAA") 0.5 (asset "DDD") 0.4 (asset "EEE"))]
    [(weight-specified 0.4 (asset "AAA") 0.3 (asset "BBB") 0.3 (asset "CCC"))]))
"""
SETTINGS = """
[market_data]
source = "file"
file = "bars.csv"
history_start = 2024-11-01

[[strategies]]
file = "flip.clj"
weight = 1.0

[ui]
daily_report = false
"""


def bars_text(symbols: Iterable[str] = SYMBOLS) -> str:
    """Return bars as CSV: prices that wander a little, and a signal that flips every session."""
    sessions = TradingCalendar().between(FIRST, LAST)
    draws = np.random.default_rng(11).normal(0, 0.01, (len(sessions), len(SYMBOLS))).cumsum(axis=0)
    closes = 50 * (1 + np.arange(len(SYMBOLS))) * np.exp(draws)
    lines = [
        f"{symbol},{session},{closes[row, SYMBOLS.index(symbol)]:.2f}"
        for symbol in symbols
        for row, session in enumerate(sessions)
    ]
    flips = [f"SIG,{session},{101 if row % 2 else 99}" for row, session in enumerate(sessions)]
    return "\n".join(["symbol,session,close", *lines, *flips]) + "\n"


def close_of(symbol: str, session: str) -> Decimal:
    """Return the close that stands in the bars."""
    (line,) = (line for line in bars_text().splitlines() if line.startswith(f"{symbol},{session},"))
    return Decimal(line.split(",")[2])


def weights_on(session: str) -> dict[str, Decimal]:
    """Return what the strategy wants to hold after the session."""
    return WEIGHTS[close_of_signal(session) > 100]


def close_of_signal(session: str) -> int:
    """Return the signal's close: 99 or 101."""
    sessions = [str(found) for found in TradingCalendar().between(FIRST, LAST)]
    return 101 if sessions.index(session) % 2 else 99


def make_folder(folder: Path, **files: str) -> Path:
    """Write settings, strategy and bars into the folder, some with other texts."""
    texts = {"alchemiser_toml": SETTINGS, "flip_clj": SYMPHONY, "bars_csv": bars_text(), **files}
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Books:
    """What the ledger of a folder says, read past the code that wrote it."""

    folder: Path

    @property
    def file(self) -> Path:
        """The ledger's file."""
        return self.folder / ".alchemiser" / "ledger.sqlite"

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """Return the rows of a query, each value as text; none where there is no ledger."""
        if not self.file.exists():
            return []
        with closing(sqlite3.connect(self.file)) as connection:
            return [tuple(str(value) for value in row) for row in connection.execute(query)]

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        found = self.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - the test's own words
        return int(found[0][0]) if found else 0

    @property
    def cash(self) -> Decimal:
        """The account's cash at the broker."""
        ((cash,),) = self.rows("SELECT cash FROM simulated_accounts")
        return Decimal(cash)

    @property
    def positions(self) -> dict[str, Decimal]:
        """The account's shares at the broker."""
        found = self.rows("SELECT symbol, quantity FROM simulated_positions ORDER BY symbol")
        return {symbol: Decimal(quantity) for symbol, quantity in found if Decimal(quantity)}

    @property
    def broker_orders(self) -> list[tuple[str, ...]]:
        """Every order that the broker has, in words that two accounts may share."""
        return self.rows(
            "SELECT session, side, symbol, quantity, limit_price, status, filled_quantity, average_price "
            "FROM simulated_orders ORDER BY session, side, symbol"
        )

    @property
    def kinds(self) -> set[str]:
        """The kinds of records in the journal."""
        return {kind for (kind,) in self.rows("SELECT DISTINCT kind FROM journal")}
