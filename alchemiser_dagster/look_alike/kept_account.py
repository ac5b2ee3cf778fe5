"""The embedded broker's account as its books have it, without a look at the market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import simulated_accounts, simulated_positions
from alchemiser_dagster.records.values import Symbol


@dataclass(frozen=True)
class KeptAccount:
    """Money and shares; `opened_at` is None where nobody has asked for the account yet."""

    cash: Decimal
    opened_at: datetime | None
    holdings: dict[Symbol, Decimal]


def kept_account(database: Database, account: str) -> KeptAccount:
    """Return the account; one that nobody has asked for yet has nothing."""
    money = select(simulated_accounts).where(simulated_accounts.c.account == account)
    shares = (
        select(simulated_positions)
        .where(simulated_positions.c.account == account)
        .order_by(simulated_positions.c.symbol)
    )
    with database.reading() as connection:
        row = connection.execute(money).one_or_none()
        holdings = {held.symbol: held.quantity for held in connection.execute(shares)}
    if row is None:
        return KeptAccount(Decimal(0), None, holdings)
    return KeptAccount(row.cash, row.opened_at, holdings)
