"""What a happening does to the embedded account, and the rows that tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, localcontext

from alchemiser_dagster.broker.rounding import SMALLEST_FRACTION, to_cent
from alchemiser_dagster.broker.simulated.happenings import (
    CashMoved,
    Happening,
    ShareTransfer,
    Split,
    SymbolChange,
)
from alchemiser_dagster.broker.simulated.order import AVERAGE_STEP, Holding, SimulatedOrder
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.portfolio.arithmetic import EXACT, plain
from alchemiser_dagster.records.values import Symbol

WORDS: Mapping[str, str] = {
    "deposit": "CSD",
    "withdrawal": "CSW",
    "dividend": "DIV",
    "fee": "FEE",
    "interest": "INT",
    "split": "SPLIT",
    "symbol change": "NC",
    "transfer": "JNLS",
}
"""Alpaca's word for each kind."""


@dataclass(frozen=True)
class Row:
    """One row of the list of activities: shares and dollars that came or went."""

    raw_kind: str
    symbol: Symbol | None
    quantity: Decimal
    amount: Decimal
    description: str


@dataclass(frozen=True)
class Effect:
    """What changes.

    Parameters
    ----------
    holdings
        What is held afterwards of each symbol that the happening is about; 0 shares: nothing.
    """

    rows: tuple[Row, ...]
    holdings: tuple[Holding, ...] = ()

    @property
    def cash_change(self) -> Decimal:
        """What the cash changes by, in dollars."""
        return sum((row.amount for row in self.rows), Decimal(0))


def effect_of(happening: Happening, held: Mapping[Symbol, Holding]) -> Effect:
    """Return what a happening does to an account that holds these shares; a transfer names its price.

    Raises
    ------
    BrokerError
        If it is about shares that the account doesn't hold.
    """
    with localcontext(EXACT):
        match happening:
            case CashMoved():
                return _cash_moved(happening)
            case Split():
                return _split(happening, _require(held, happening.symbol))
            case SymbolChange():
                return _renamed(happening, _require(held, happening.symbol), held)
            case ShareTransfer():
                return _transferred(happening, held)


def require_no_open_order(happening: Happening, orders: Iterable[SimulatedOrder]) -> None:
    """Raise `BrokerError` where an open order is about the shares that would change."""
    if isinstance(happening, CashMoved):
        return
    if happening.symbol in {order.symbol for order in orders}:
        raise BrokerError(
            "shares that an open order is about don't change",
            where=happening.symbol,
            remedy="Cancel the order first, or wait for the end of its session",
        )


def _cash_moved(happening: CashMoved) -> Effect:
    amount = to_cent(happening.cash_change)
    said = happening.description or happening.kind
    return Effect((Row(WORDS[happening.kind], happening.symbol, Decimal(0), amount, said),))


def _split(happening: Split, held: Holding) -> Effect:
    quantity = plain((held.quantity * happening.ratio).quantize(SMALLEST_FRACTION, rounding=ROUND_DOWN))
    average = plain((held.average_entry_price / happening.ratio).quantize(AVERAGE_STEP))
    said = happening.description or f"{happening.ratio} shares for each share of {happening.symbol}"
    row = Row(WORDS["split"], happening.symbol, quantity - held.quantity, Decimal(0), said)
    return Effect((row,), (Holding(happening.symbol, quantity, max(average, AVERAGE_STEP)),))


def _renamed(happening: SymbolChange, held: Holding, all_held: Mapping[Symbol, Holding]) -> Effect:
    old, new, moved = happening.symbol, happening.new_symbol, held.quantity
    said, word = happening.description or f"{old} becomes {new}", WORDS["symbol change"]
    rows = Row(word, old, -moved, Decimal(0), said), Row(word, new, moved, Decimal(0), said)
    after = _joined(all_held.get(new), Holding(new, moved, held.average_entry_price))
    return Effect(rows, (Holding(old, Decimal(0), held.average_entry_price), after))


def _transferred(happening: ShareTransfer, held: Mapping[Symbol, Holding]) -> Effect:
    symbol, quantity = happening.symbol, happening.quantity
    said = happening.description or f"{abs(quantity)} shares {'arrive' if quantity > 0 else 'leave'}"
    row = Row(WORDS["transfer"], symbol, quantity, Decimal(0), said)
    if quantity > 0:
        price = happening.price or Decimal(0)
        return Effect((row,), (_joined(held.get(symbol), Holding(symbol, quantity, price)),))
    before = _require(held, symbol)
    if before.quantity + quantity < 0:
        raise BrokerError("more shares are to leave than are held", where=symbol)
    return Effect((row,), (Holding(symbol, before.quantity + quantity, before.average_entry_price),))


def _joined(first: Holding | None, second: Holding) -> Holding:
    if first is None:
        return second
    quantity = first.quantity + second.quantity
    paid = first.quantity * first.average_entry_price + second.quantity * second.average_entry_price
    return Holding(second.symbol, quantity, (paid / quantity).quantize(AVERAGE_STEP))


def _require(held: Mapping[Symbol, Holding], symbol: Symbol) -> Holding:
    holding = held.get(symbol)
    if holding is None:
        raise BrokerError("the account holds no shares that this could happen to", where=symbol)
    return holding
