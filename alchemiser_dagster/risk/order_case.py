"""Everything that the guards judge one order by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side, Symbol
from alchemiser_dagster.risk.account_view import AccountView
from alchemiser_dagster.risk.session_use import SessionUse
from alchemiser_dagster.settings.risk import RiskSettings


@dataclass(frozen=True)
class OrderCase:
    """One order, and the world around it at the moment in which it is judged.

    Parameters
    ----------
    line
        The plan's line that the order is of; None where the plan has no such line.
    asset
        What the broker says of the symbol; None where it says nothing.
    view
        The account, looked at shortly before.
    use
        The session's other orders that were let through.
    locked
        Symbols with an unresolved break, each with its message.
    is_way_out
        Whether a person has said to sell everything, and this sells.
    """

    order: LedgerOrder
    line: PlanLine | None
    asset: AssetInfo | None
    view: AccountView
    use: SessionUse
    limits: RiskSettings
    locked: Mapping[Symbol, str]
    is_way_out: bool = False

    @property
    def is_buy(self) -> bool:
        """Whether the order buys."""
        return self.order.side is Side.BUY

    @property
    def price(self) -> Decimal | None:
        """The price that the order is counted at; None where nobody knows one."""
        return counted_price(self.order)

    @property
    def notional(self) -> Decimal:
        """Value of the order at its price, in dollars; 0 without a price, which is refused anyway."""
        return self.order.quantity * (self.price or Decimal(0))


def counted_price(order: LedgerOrder) -> Decimal | None:
    """Return the limit of an order, or of one without a limit the side of the quote that it would meet."""
    if order.limit_price is not None:
        return order.limit_price
    return order.ask if order.side is Side.BUY else order.bid
