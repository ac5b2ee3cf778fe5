"""Lots, first in, first out: what each strategy bought, at which price, and what selling it earned.

The story of an account's lots follows from its trades and from what became of the shares alone. It is told
again from the first whenever one of them becomes known, so it is the same in whichever order they do.

A split or a new symbol ends each lot that it meets, with what was sold of it, and begins another in the new
shares, opened when the old one was. Shares are cut to a billionth so that all lots together lose less than
one; the price is what is left of the cost over the new shares, to 18 decimals. So the cost stays the same to
the cent, and trades before and after keep their own units.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from alchemiser_dagster.portfolio.arithmetic import EXACT, SHARE_STEP, plain, round_down
from alchemiser_dagster.portfolio.attribution import Wish, attribute
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.values import Side, Symbol

STORED: Final = Decimal("1e-18")


@dataclass(frozen=True)
class Trade:
    """A fill, with what the strategies wanted of its symbol.

    `plan_number` is the place of its plan in the session: of two fills at one instant, that of the earlier
    plan came first.
    """

    fill_id: str
    symbol: Symbol
    side: Side
    quantity: Decimal
    price: Decimal
    at: datetime
    wishes: tuple[Wish, ...] = ()
    plan_number: int = 1


@dataclass(frozen=True)
class Attribution:
    """The part of a trade that is one strategy's; `matched` of it closed lots, 0 for a purchase."""

    fill_id: str
    strategy: str
    quantity: Decimal
    matched: Decimal


@dataclass(frozen=True)
class Lot:
    """Shares that a strategy bought in one trade.

    Parameters
    ----------
    quantity
        As many as there were in the units of the symbol; of a lot that a split or a new symbol ended, as many
        as had been sold.
    activity_id
        The last split or new symbol that the shares went through; empty where there was none.
    """

    strategy: str
    fill_id: str
    symbol: Symbol
    quantity: Decimal
    price: Decimal
    opened_at: datetime
    activity_id: str = ""


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


def tell_lots(trades: Iterable[Trade], actions: Iterable[CorporateAction] = ()) -> LotStory:
    """Return what became of an account's trades, by their instants, plans and fill ids.

    A sale closes the lots of its strategy, the oldest first. What it sells beyond them was there before the
    first lot: it closes nothing. At one instant, what becomes of the shares comes before trades in them.
    """
    teller = _Teller()
    happened = sorted(actions, key=lambda action: (action.effective_at, action.activity_id), reverse=True)
    with localcontext(EXACT):
        for trade in sorted(trades, key=_in_time):
            while happened and happened[-1].effective_at <= trade.at:
                teller.act(happened.pop())
            teller.tell(trade)
        for action in reversed(happened):
            teller.act(action)
    return teller.story()


def _in_time(trade: Trade) -> tuple[datetime, int, str]:
    return (trade.at, trade.plan_number, trade.fill_id)


@dataclass
class _Open:
    lot: Lot
    left: Decimal


@dataclass
class _Book:
    """The open lots of one symbol, by strategy, oldest first, and the shares that they hold together."""

    open: dict[str, deque[_Open]] = field(default_factory=lambda: defaultdict(deque))
    held: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, lot: Lot) -> None:
        """Add a lot behind its strategy's others."""
        self.open[lot.strategy].append(_Open(lot, lot.quantity))
        self.held[lot.strategy] += lot.quantity

    def emptied(self) -> list[_Open]:
        """Take all open lots out, in the order in which they were opened."""
        every = [one for lots in self.open.values() for one in lots]
        self.open.clear()
        self.held.clear()
        return sorted(every, key=_age)

    def sort(self) -> None:
        """Put each strategy's lots into the order in which they were opened."""
        for strategy, lots in self.open.items():
            self.open[strategy] = deque(sorted(lots, key=_age))


@dataclass
class _Teller:
    attributions: list[Attribution] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    books: dict[Symbol, _Book] = field(default_factory=lambda: defaultdict(_Book))
    ended: dict[Lot, Lot] = field(default_factory=dict)

    def story(self) -> LotStory:
        """Return what was told; a lot that ended has as many shares as were sold of it."""
        lots = (self.ended.get(lot, lot) for lot in self.lots)
        closures = (replace(one, lot=self.ended.get(one.lot, one.lot)) for one in self.closures)
        return LotStory(tuple(self.attributions), tuple(lot for lot in lots if lot.quantity), tuple(closures))

    def tell(self, trade: Trade) -> None:
        """Go on by a trade."""
        book = self.books[trade.symbol]
        parts = attribute(trade.side, trade.quantity, trade.wishes, book.held)
        for strategy, quantity in parts.items():
            matched = Decimal(0)
            if trade.side is Side.BUY:
                self._open_lot(trade, strategy, quantity)
            else:
                matched = self._close_lots(trade, strategy, quantity)
            self.attributions.append(Attribution(trade.fill_id, strategy, quantity, matched))

    def act(self, action: CorporateAction) -> None:
        """Go on by a split or a new symbol."""
        before, after = Decimal(0), Decimal(0)
        for one in self.books[action.symbol].emptied():
            before += one.left
            quantity = round_down(before * action.ratio, SHARE_STEP) - after
            after += quantity
            self.ended[one.lot] = replace(one.lot, quantity=one.lot.quantity - one.left)
            if quantity:
                lot = _continued(one, action, quantity)
                self.lots.append(lot)
                self.books[action.new_symbol].add(lot)
        self.books[action.new_symbol].sort()

    def _open_lot(self, trade: Trade, strategy: str, quantity: Decimal) -> None:
        lot = Lot(strategy, trade.fill_id, trade.symbol, quantity, trade.price, trade.at)
        self.lots.append(lot)
        self.books[trade.symbol].add(lot)

    def _close_lots(self, trade: Trade, strategy: str, quantity: Decimal) -> Decimal:
        left = quantity
        book = self.books[trade.symbol]
        lots = book.open[strategy]
        while left and lots:
            oldest = lots[0]
            taken = min(left, oldest.left)
            self.closures.append(_closure(oldest.lot, trade, taken))
            left -= taken
            oldest.left -= taken
            if not oldest.left:
                lots.popleft()
        book.held[strategy] -= quantity - left
        return quantity - left


def _age(one: _Open) -> tuple[datetime, str, str, str]:
    return one.lot.opened_at, one.lot.fill_id, one.lot.strategy, one.lot.symbol


def _continued(one: _Open, action: CorporateAction, quantity: Decimal) -> Lot:
    return replace(
        one.lot,
        symbol=action.new_symbol,
        quantity=quantity,
        price=_stored(one.left * one.lot.price / quantity),
        activity_id=action.activity_id,
    )


def _closure(lot: Lot, trade: Trade, quantity: Decimal) -> Closure:
    realised = _stored((trade.price - lot.price) * quantity)
    return Closure(lot, trade.fill_id, quantity, trade.price, realised, trade.at)


def _stored(number: Decimal) -> Decimal:
    """Return the number as the ledger can keep it: to 18 decimals."""
    return plain(number.quantize(STORED, rounding=ROUND_HALF_EVEN))
