"""A hundred days (`make sweep`: two hundred) on which much happens and nothing is wrong: no break is told."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from support.books_bench import BooksBench
from support.command import working_folder
from support.trading import CALENDAR, Bench

from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.reconciliation import BreakKind, Severity
from alchemiser_dagster.records.values import Side

FIRST, DAYS = date(2024, 11, 4), 36
LIVES = 6 if os.environ.get("ALCHEMISER_SWEEP") == "all" else 3
THIN = SymbolBehaviour(shares_per_look=Decimal(7), cancels_after_fill=True)
SLOW = SymbolBehaviour(shares_per_look=Decimal(400))
RULES = SimulationRules(behaviours={"BBB": THIN, "EEE": SLOW})
TOLD = {"dividend", "interest", "fee", "deposit", "withdrawal"}
SPLITS = ("2", "3", "0.5", "0.1", "1.5")


@dataclass
class Life:
    """An account that lives for some weeks; `told` counts the notes that each report must have."""

    books: BooksBench
    random: Random
    told: Counter[BreakKind] = field(default_factory=Counter)
    is_open: bool = False
    late: set[str] = field(default_factory=set)
    names: int = 0

    def day(self) -> None:
        """Let things happen, look, trade, and reconcile never, once or twice."""
        if self.random.random() < 0.6:
            self.happen()
        self.books.look()
        self.is_open = True
        for _ in range(self.random.randint(0, 3)):
            self.trade()
        for _ in range(self.random.choice([0, 1, 1, 1, 2])):
            self.reconcile()
        self.books.next_session()

    def happen(self) -> None:
        """Let something happen overnight; before the books are open it is in them without a word."""
        held = sorted(self.books.bench.held())
        kind = self.random.choice([*sorted(TOLD), "split", "rename", "transfer"])
        if kind in TOLD:
            amount = Decimal(self.random.randint(1, 9_999)) / 100
            self.books.cash_moves(kind, str(amount), self.random.choice([None, *held]))
            self._tell(BreakKind(kind))
        elif kind == "transfer":
            self.books.transfer("DDD", str(self.random.randint(1, 20)))
            self._tell(BreakKind.TRANSFER)
        elif held and kind == "split":
            self.books.split(self.random.choice(held), self.random.choice(SPLITS))
            self._tell(BreakKind.SPLIT)
        elif held:
            self.names += 1
            self.books.rename(self.random.choice(held), f"NEW{self.names}")
            self._tell(BreakKind.SYMBOL_CHANGE, 2)

    def _tell(self, kind: BreakKind, count: int = 1) -> None:
        if self.is_open:
            self.told[kind] += count

    def trade(self) -> None:
        """Buy or sell; sometimes the run dies before it has written everything down."""
        held = self.books.bench.held()
        dies = self.random.random() < 0.2
        if held and self.random.random() < 0.4:
            symbol = self.random.choice(sorted(held))
            side, quantity = Side.SELL, (held[symbol] / self.random.randint(1, 3)).quantize(Decimal("1e-9"))
        else:
            symbol, side = self.random.choice(["AAA", "BBB", "CCC"]), Side.BUY
            quantity = Decimal(self.random.randint(10**9, 3 * 10**10)) / 10**9
        until = self.random.choice(["ordered", "order"]) if dies else "end"
        name = self.books.trade(symbol, side, str(quantity), until=until)
        if dies:
            self.late.add(name)

    def reconcile(self) -> None:
        """Compare: everything is explained, everything that happened is told, and nothing else is."""
        report = self.books.reconcile()
        told = Counter(found.kind for found in report.breaks)
        late = {found.message.split()[1] for found in report.breaks if found.kind is BreakKind.LATE_FILL}
        assert late <= self.late
        assert told.pop(BreakKind.LATE_FILL, 0) == len(late)
        for found in report.breaks:
            if found.kind is BreakKind.ORDER_STATE:
                assert found.message.split()[1] in self.late or found.message.endswith("is canceled now")
        told.pop(BreakKind.ORDER_STATE, 0)
        assert told == self.told
        assert all(found.severity is Severity.NOTE for found in report.breaks)
        assert report.is_clean
        assert report.expected_cash == report.actual_cash
        assert all(line.expected == line.actual for line in report.books)
        assert report.compared.cash == 1
        self.late -= late
        self.told.clear()


#
@pytest.mark.parametrize("seed", range(LIVES))
def test_on_two_hundred_clean_days_no_break_is_invented(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a seeded life
    with working_folder() as folder:
        close = CALENDAR.close_of(FIRST)
        bench = Bench(folder, RULES, clock=StandingClock(close - (close - CALENDAR.open_of(FIRST)) / 26))
        life = Life(BooksBench(folder, bench, FIRST), random)
        for _ in range(DAYS):
            life.day()
        life.books.look()
        life.reconcile()
        assert life.books.open_breaks() == ()
        assert life.books.level() is HaltLevel.NONE
        assert len(life.books.breaks.history("simulated")) > 20
