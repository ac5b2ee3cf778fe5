"""How well an order was filled: what it cost beside a reference price, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.portfolio.arithmetic import EXACT
from alchemiser_dagster.portfolio.slippage import Slippage, slippage_of
from alchemiser_dagster.records.execution import OrderReport
from alchemiser_dagster.records.order import Fill


@dataclass(frozen=True)
class OrderQuality:
    """How well an order was filled.

    Parameters
    ----------
    against_mid
        Beside the middle of the quote that the order was priced at.
    against_decision
        Beside the price at which its line was planned.
    seconds_to_fill
        From writing the order down to its last fill; 0 where the broker's clock is behind ours.

    Each is None where nothing was filled, or what it needs is not known.
    """

    against_mid: Slippage | None
    against_decision: Slippage | None
    seconds_to_fill: float | None

    def report(self, order: LedgerOrder) -> OrderReport:
        """Return the order's report with what is known of its quality."""
        mid, decision = self.against_mid, self.against_decision
        return OrderReport(
            client_order_id=order.client_order_id,
            broker_order_id=order.broker_order_id,
            line_id=order.line_id,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            filled_quantity=order.filled_quantity,
            average_price=order.average_price,
            state=order.state,
            detail=order.detail,
            decision_price=order.decision_price,
            quoted_mid=order.quoted_mid,
            slippage=mid.dollars if mid else None,
            slippage_basis_points=mid.basis_points if mid else None,
            decision_slippage=decision.dollars if decision else None,
            decision_slippage_basis_points=decision.basis_points if decision else None,
            seconds_to_fill=self.seconds_to_fill,
            order_type=order.order_type,
            limit_price=order.limit_price,
            time_in_force=order.time_in_force,
        )


def quality_of(order: LedgerOrder, fills: Sequence[Fill]) -> OrderQuality:
    """Return how well an order was filled.

    The price is the average of its fills; where they are fewer than what the broker confirmed, it is the
    broker's own average.

    Parameters
    ----------
    fills
        Fills of any orders; those of others are left out.
    """
    own = [fill for fill in fills if fill.client_order_id == order.client_order_id]
    price = _average_price(order, own)
    return OrderQuality(
        against_mid=_slippage(order, price, order.quoted_mid),
        against_decision=_slippage(order, price, order.decision_price),
        seconds_to_fill=_seconds_to_fill(order, own),
    )


def _average_price(order: LedgerOrder, own: Sequence[Fill]) -> Decimal | None:
    if not order.filled_quantity:
        return None
    with localcontext(EXACT):
        if sum((fill.quantity for fill in own), Decimal(0)) != order.filled_quantity:
            return order.average_price
        paid = sum((fill.quantity * fill.price for fill in own), Decimal(0))
        return paid / order.filled_quantity


def _slippage(order: LedgerOrder, price: Decimal | None, reference: Decimal | None) -> Slippage | None:
    if price is None or not reference:
        return None
    return slippage_of(order.side, order.filled_quantity, price, reference)


def _seconds_to_fill(order: LedgerOrder, own: Sequence[Fill]) -> float | None:
    if not own:
        return None
    last = max(fill.filled_at for fill in own)
    return max((last - order.created_at).total_seconds(), 0.0)
