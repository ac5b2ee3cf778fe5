"""How much of a line is sent: what is really there to sell, and what can really be paid (R-28, R-29)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.broker.rounding import down_to_share, is_whole, up_to_cent
from alchemiser_dagster.execution.pricing import Terms
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side, Symbol


@dataclass(frozen=True)
class Wish:
    """What an attempt at a line would ask for, at which terms, and which order it is to replace, if any."""

    line: PlanLine
    attempt: int
    quantity: Decimal
    terms: Terms
    quote: Quote
    replaces: str | None = None


@dataclass(frozen=True)
class Sized:
    """What is sent of a wish, 0 for nothing, and why where it is less."""

    wish: Wish
    quantity: Decimal
    reason: str = ""


@dataclass(frozen=True)
class Means:
    """What the account has: shares that no open order holds, and buying power."""

    available: Mapping[Symbol, Decimal]
    buying_power: Decimal


def size(wishes: Iterable[Wish], means: Means, rules: ExecutionRules) -> tuple[Sized, ...]:
    """Return the quantity of each wish, rounded down; earlier wishes are served first."""
    return tuple(_above_minimum(sized, rules) for sized in _afford(wishes, means))


def _afford(wishes: Iterable[Wish], means: Means) -> Iterator[Sized]:
    left = means.buying_power
    for wish in wishes:
        if wish.line.side is Side.SELL:
            yield _held(wish, means)
            continue
        sized = _payable(wish, left)
        left -= up_to_cent(sized.quantity * wish.terms.worst_price)
        yield sized


def _held(wish: Wish, means: Means) -> Sized:
    available = means.available.get(wish.line.symbol, Decimal(0))
    if wish.quantity <= available:
        return Sized(wish, wish.quantity)
    rounded = down_to_share(available, fractionable=wish.line.fractionable)
    return Sized(wish, rounded, f"only {available} shares are held and free to sell")


def _payable(wish: Wish, buying_power: Decimal) -> Sized:
    if up_to_cent(wish.quantity * wish.terms.worst_price) <= buying_power:
        return Sized(wish, wish.quantity)
    affordable = max(buying_power, Decimal(0)) / wish.terms.worst_price
    rounded = down_to_share(affordable, fractionable=wish.line.fractionable)
    return Sized(wish, rounded, f"only {buying_power} of buying power was left for it")


def _above_minimum(sized: Sized, rules: ExecutionRules) -> Sized:
    value = sized.quantity * sized.wish.terms.worst_price
    if is_whole(sized.quantity) or value >= rules.minimum_notional:
        return sized
    below = f"{value:.2f} is below the broker's minimum of {rules.minimum_notional}"
    return Sized(sized.wish, Decimal(0), f"{sized.reason}; {below}" if sized.reason else below)
