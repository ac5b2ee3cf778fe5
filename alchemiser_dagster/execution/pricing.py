"""What an order is priced at, and when a quote is no price at all (R-30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.rounding import ceil_to_tick, floor_to_tick
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.execution.walk import Step, StepKind
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class Terms:
    """How an order is priced.

    `worst_price` is the most that a bought share may need, or the least that a sold one brings at the quote.
    """

    step: Step
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
    if rules.oldest_quote is not None and now - quote.observed_at > rules.oldest_quote:
        return f"the quote is too old: {quote.observed_at:%Y-%m-%d %H:%M:%S} UTC"
    return _too_far(quote, line, rules)


def _too_far(quote: Quote, line: PlanLine, rules: ExecutionRules) -> str | None:
    if abs(quote.mid - line.reference_price) > rules.greatest_distance * line.reference_price:
        return f"the quote's middle {quote.mid} is too far from the planned price {line.reference_price}"
    close = quote.last_close
    if close is not None and abs(quote.mid - close) > rules.close_collar * close:
        return f"the quote's middle {quote.mid} is too far from the last close {close}"
    return None


def terms_for(side: Side, quote: Quote, step: Step, rules: ExecutionRules) -> Terms:
    """Return the terms of a step at the quote: a limit within the collars, on the tick, or no limit."""
    if step.kind is not StepKind.LIMIT:
        worst = quote.ask * (1 + rules.market_buy_margin) if side is Side.BUY else quote.bid
        return Terms(step, None, worst)
    inside = step.fraction * (quote.ask - quote.bid)
    if side is Side.BUY:
        limit = floor_to_tick(min(_near_low(quote.bid + inside), _highest(quote, rules)))
        limit = max(limit, floor_to_tick(quote.bid))
        return Terms(step, limit, max(limit, quote.ask))
    limit = ceil_to_tick(max(_near_high(quote.ask - inside), _lowest(quote, rules)))
    limit = min(limit, ceil_to_tick(quote.ask))
    return Terms(step, limit, min(limit, quote.bid))


def _near_low(price: Decimal) -> Decimal:
    """Return the nearest tick, of two equally near ones the lower: a buyer waits before he crosses."""
    low, high = floor_to_tick(price), ceil_to_tick(price)
    return low if price - low <= high - price else high


def _near_high(price: Decimal) -> Decimal:
    """Return the nearest tick, of two equally near ones the higher: a seller waits before he crosses."""
    low, high = floor_to_tick(price), ceil_to_tick(price)
    return high if high - price <= price - low else low


def _highest(quote: Quote, rules: ExecutionRules) -> Decimal:
    by_mid = quote.mid * (1 + rules.mid_collar)
    return by_mid if quote.last_close is None else min(by_mid, quote.last_close * (1 + rules.close_collar))


def _lowest(quote: Quote, rules: ExecutionRules) -> Decimal:
    by_mid = quote.mid * (1 - rules.mid_collar)
    return by_mid if quote.last_close is None else max(by_mid, quote.last_close * (1 - rules.close_collar))
