"""What a plan is expected to cost: half the spread, slippage beyond it, and fees on what is sold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, localcontext
from statistics import median

from alchemiser_dagster.portfolio.arithmetic import CENT, EXACT
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side, Symbol

BASIS_POINTS = 10_000


@dataclass(frozen=True)
class FeeRates:
    """What is charged on sales: per dollar, and per share up to a maximum an order; all in US dollars."""

    per_dollar: Decimal
    per_share: Decimal
    per_share_maximum: Decimal


@dataclass(frozen=True)
class PastFill:
    """How an order of the past was filled.

    `slippage` is what its price was worse than the middle of its quote by, less half of the quote's spread,
    in basis points of that middle: negative where it was filled inside the spread.
    """

    symbol: Symbol
    slippage: Decimal


@dataclass(frozen=True)
class Experience:
    """What past orders say of slippage; `without` is expected where there is none, in basis points."""

    fills: Sequence[PastFill]
    without: Decimal

    def slippage_of(self, symbol: Symbol) -> Decimal:
        """Return the median of the symbol's own orders, else of all, in basis points."""
        own = [fill.slippage for fill in self.fills if fill.symbol == symbol]
        known = own or [fill.slippage for fill in self.fills]
        return median(known) if known else self.without


@dataclass(frozen=True)
class LineCost:
    """The expected cost of one line in US dollars; `half_spread` is None without a two-sided quote."""

    symbol: Symbol
    side: Side
    notional: Decimal
    half_spread: Decimal | None
    slippage: Decimal
    fees: Decimal

    @property
    def total(self) -> Decimal:
        """What is known of the cost."""
        return (self.half_spread or Decimal(0)) + self.slippage + self.fees


def expected_costs(
    lines: Iterable[PlanLine], quotes: Mapping[Symbol, Quote], experience: Experience, rates: FeeRates
) -> tuple[LineCost, ...]:
    """Return what each line of a plan is expected to cost, in their order, to the cent."""
    with localcontext(EXACT):
        return tuple(_cost(line, quotes.get(line.symbol), experience, rates) for line in lines)


def past_slippage(side: Side, price: Decimal, quote: Quote) -> Decimal | None:
    """Return what a price was worse than the quote's middle by, less half the spread, in basis points of it.

    None where the quote has not two sides.
    """
    if not quote.is_two_sided:
        return None
    worse = price - quote.mid if side is Side.BUY else quote.mid - price
    return (worse - _half_spread(quote)) / quote.mid * BASIS_POINTS


def fees_on(side: Side, notional: Decimal, quantity: Decimal, rates: FeeRates) -> Decimal:
    """Return the fees on an order, each rounded up to the cent as brokers do; purchases are free."""
    if side is Side.BUY:
        return Decimal(0)
    on_shares = min(quantity * rates.per_share, rates.per_share_maximum)
    charged = (notional * rates.per_dollar, on_shares)
    return sum((fee.quantize(CENT, rounding=ROUND_UP) for fee in charged), Decimal(0))


def _cost(line: PlanLine, quote: Quote | None, experience: Experience, rates: FeeRates) -> LineCost:
    is_quoted = quote is not None and quote.is_two_sided
    half = _half_spread(quote) * line.quantity if quote is not None and is_quoted else None
    slippage = line.notional * experience.slippage_of(line.symbol) / BASIS_POINTS
    return LineCost(
        symbol=line.symbol,
        side=line.side,
        notional=line.notional,
        half_spread=None if half is None else half.quantize(CENT),
        slippage=slippage.quantize(CENT),
        fees=fees_on(line.side, line.notional, line.quantity, rates),
    )


def _half_spread(quote: Quote) -> Decimal:
    return (quote.ask - quote.bid) / 2
