"""What the embedded account was at an instant, found by going back over all that happened since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.ledger.tables import simulated_activities, simulated_fills
from alchemiser_dagster.records.values import Side, Symbol


@dataclass(frozen=True)
class Standing:
    """Cash in dollars and shares at one instant; of an account that began later, what it began with."""

    cash: Decimal
    shares: Mapping[Symbol, Decimal]

    def value(self, closes: Mapping[Symbol, float]) -> Decimal | None:
        """Return the value at these closes, to the cent; None where one of them is unknown."""
        if not self.shares.keys() <= closes.keys():
            return None
        worth = (shares * Decimal(repr(closes[symbol])) for symbol, shares in self.shares.items())
        return to_cent(self.cash + sum(worth, Decimal(0)))


def standing_at(book: SimulatedBook, instant: datetime) -> Standing:
    """Return cash and shares before everything that happened at or after the instant."""
    cash, shares = book.cash(), defaultdict[Symbol, Decimal](Decimal)
    for held in book.holdings():
        shares[held.symbol] += held.quantity
    for row in book.connection.execute(
        select(simulated_fills).where(
            simulated_fills.c.account == book.account, simulated_fills.c.filled_at >= instant
        )
    ):
        cash -= row.cash_change
        shares[row.symbol] += row.quantity if row.side == Side.SELL.value else -row.quantity
    for row in book.connection.execute(
        select(simulated_activities).where(
            simulated_activities.c.account == book.account, simulated_activities.c.recorded_at >= instant
        )
    ):
        cash -= row.amount
        if row.symbol is not None:
            shares[row.symbol] -= row.quantity
    return Standing(cash, {symbol: held for symbol, held in shares.items() if held})
