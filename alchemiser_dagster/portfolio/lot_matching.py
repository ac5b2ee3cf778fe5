"""Lots, first in, first out: what each strategy bought, at which price, and what selling it earned.

The story of an account's lots in one symbol follows from its trades alone. It is told again from the first
whenever a trade becomes known, so it is the same in whichever order the trades become known.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext

from alchemiser_dagster.portfolio.arithmetic import EXACT, plain
from alchemiser_dagster.portfolio.attribution import Wish, attribute
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class Trade:
    """A fill, with what the strategies wanted of its symbol."""

    fill_id: str
    side: Side
    quantity: Decimal
    price: Decimal
    at: datetime
    wishes: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class Attribution:
    """The part of a trade that is one strategy's; `matched` of it closed lots, 0 for a purchase."""

    fill_id: str
    strategy: str
    quantity: Decimal
    matched: Decimal


@dataclass(frozen=True)
class Lot:
    """Shares that a strategy bought in one trade, as many as there were then."""

    strategy: str
    fill_id: str
    quantity: Decimal
    price: Decimal
    opened_at: datetime


@dataclass(frozen=True)
class Closure:
    """Shares of a lot that were sold again, and what that earned by the two prices, in dollars."""

    lot: Lot
    fill_id: str
    quantity: Decimal
    price: Decimal
    realised: Decimal
    closed_at: datetime


@dataclass(frozen=True)
class LotStory:
    """Everything that became of the trades, in their order."""

    attributions: tuple[Attribution, ...]
    lots: tuple[Lot, ...]
    closures: tuple[Closure, ...]


def tell_lots(trades: Iterable[Trade]) -> LotStory:
    """Return what became of an account's trades in one symbol, by their instants and then by their fill ids.

    A sale closes the lots of its strategy, the oldest first. What it sells beyond them was there before the
    first lot: it closes nothing.
    """
    teller = _Teller()
    with localcontext(EXACT):
        for trade in sorted(trades, key=lambda trade: (trade.at, trade.fill_id)):
            teller.tell(trade)
    return LotStory(tuple(teller.attributions), tuple(teller.lots), tuple(teller.closures))


@dataclass
class _Open:
    lot: Lot
    left: Decimal


@dataclass
class _Teller:
    attributions: list[Attribution] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    open: dict[str, deque[_Open]] = field(default_factory=lambda: defaultdict(deque))
    held: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def tell(self, trade: Trade) -> None:
        parts = attribute(trade.side, trade.quantity, trade.wishes, self.held)
        for strategy, quantity in parts.items():
            matched = Decimal(0)
            if trade.side is Side.BUY:
                self._open_lot(trade, strategy, quantity)
            else:
                matched = self._close_lots(trade, strategy, quantity)
            self.attributions.append(Attribution(trade.fill_id, strategy, quantity, matched))

    def _open_lot(self, trade: Trade, strategy: str, quantity: Decimal) -> None:
        lot = Lot(strategy, trade.fill_id, quantity, trade.price, trade.at)
        self.lots.append(lot)
        self.open[strategy].append(_Open(lot, quantity))
        self.held[strategy] += quantity

    def _close_lots(self, trade: Trade, strategy: str, quantity: Decimal) -> Decimal:
        left = quantity
        lots = self.open[strategy]
        while left and lots:
            oldest = lots[0]
            taken = min(left, oldest.left)
            self.closures.append(_closure(oldest.lot, trade, taken))
            left -= taken
            oldest.left -= taken
            if not oldest.left:
                lots.popleft()
        self.held[strategy] -= quantity - left
        return quantity - left


def _closure(lot: Lot, trade: Trade, quantity: Decimal) -> Closure:
    realised = plain((trade.price - lot.price) * quantity)
    return Closure(lot, trade.fill_id, quantity, trade.price, realised, trade.at)
