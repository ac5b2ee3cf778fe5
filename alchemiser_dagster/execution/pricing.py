"""What an order is priced at, and when a quote is no price at all (R-30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.rounding import ceil_to_tick, floor_to_tick
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderType
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side

BASIS_POINT = Decimal("0.0001")


@dataclass(frozen=True)
class Terms:
    """How an order is priced.

    `worst_price` is the most that a bought share may need, or the least that a sold one brings at the quote.
    """

    order_type: OrderType
    limit_price: Decimal | None
    worst_price: Decimal


def objection_to(quote: Quote | None, line: PlanLine, now: datetime, rules: ExecutionRules) -> str | None:
    """Return why the quote can't price the line, or None where it can."""
    if quote is None:
        return "there is no quote"
    if not quote.is_two_sided:
        return f"the quote is not two-sided: bid {quote.bid}, ask {quote.ask}"
    if quote.ask - quote.bid > rules.widest_spread * quote.mid:
        return f"the spread is too wide: bid {quote.bid}, ask {quote.ask}"
    if abs(quote.mid - line.reference_price) > rules.greatest_distance * line.reference_price:
        return f"the quote's middle {quote.mid} is too far from the planned price {line.reference_price}"
    if rules.oldest_quote is not None and now - quote.observed_at > rules.oldest_quote:
        return f"the quote is too old: {quote.observed_at:%Y-%m-%d %H:%M:%S} UTC"
    return None


def terms_for(side: Side, quote: Quote, rules: ExecutionRules) -> Terms:
    """Return a limit one collar beyond the far side, on the tick; or a market order."""
    if side is Side.BUY:
        return _buying(quote.ask, rules)
    return _selling(quote.bid, rules)


def _buying(ask: Decimal, rules: ExecutionRules) -> Terms:
    if rules.order_type is OrderType.MARKET:
        return Terms(OrderType.MARKET, None, ask * (1 + rules.market_buy_margin))
    collared = floor_to_tick(ask * (1 + rules.collar_basis_points * BASIS_POINT))
    limit = max(collared, ceil_to_tick(ask))
    return Terms(OrderType.LIMIT, limit, limit)


def _selling(bid: Decimal, rules: ExecutionRules) -> Terms:
    if rules.order_type is OrderType.MARKET:
        return Terms(OrderType.MARKET, None, bid)
    collared = ceil_to_tick(bid * (1 - rules.collar_basis_points * BASIS_POINT))
    limit = min(collared, floor_to_tick(bid))
    return Terms(OrderType.LIMIT, limit, limit)
