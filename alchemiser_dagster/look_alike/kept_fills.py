"""The embedded broker's fills with everything that Alpaca tells of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import simulated_fills, simulated_orders
from alchemiser_dagster.look_alike.wire_values import wire_id

MILLISECOND = 1_000


@dataclass(frozen=True)
class KeptFill:
    """A fill: `cumulated` is what its order had filled with it, `left` what it had not."""

    fill_id: str
    broker_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    filled_at: datetime
    cumulated: Decimal
    left: Decimal

    @property
    def activity_id(self) -> str:
        """Its instant to the millisecond, and a UUID."""
        at = self.filled_at.astimezone(UTC)
        return f"{at:%Y%m%d%H%M%S}{at.microsecond // MILLISECOND:03}::{wire_id(self.fill_id)}"


def kept_fills(database: Database, account: str) -> tuple[KeptFill, ...]:
    """Return the account's fills in the order in which they happened."""
    wanted = (
        select(simulated_fills, simulated_orders.c.quantity.label("ordered"))
        .join(simulated_orders, simulated_orders.c.broker_order_id == simulated_fills.c.broker_order_id)
        .where(simulated_fills.c.account == account)
        .order_by(simulated_fills.c.number)
    )
    with database.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    cumulated: dict[str, Decimal] = {}
    fills = []
    for row in rows:
        order = row["broker_order_id"]
        cumulated[order] = cumulated.get(order, Decimal(0)) + row["quantity"]
        fills.append(
            KeptFill(
                fill_id=row["fill_id"],
                broker_order_id=order,
                symbol=row["symbol"],
                side=row["side"],
                quantity=row["quantity"],
                price=row["price"],
                filled_at=row["filled_at"],
                cumulated=cumulated[order],
                left=row["ordered"] - cumulated[order],
            )
        )
    return tuple(fills)
