"""What a plan is expected to cost before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.portfolio.costs import (
    Experience,
    FeeRates,
    PastFill,
    expected_costs,
    fees_on,
    past_slippage,
)
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import LineReason, PlanLine
from alchemiser_dagster.records.values import Side

NOON = datetime(2024, 11, 29, 17, 0, tzinfo=UTC)
RATES = FeeRates(Decimal("0.0000206"), Decimal("0.000195"), Decimal("9.79"))
NO_EXPERIENCE = Experience((), Decimal(1))


def quote(bid: str, ask: str, symbol: str = "SPY") -> Quote:
    return Quote(symbol=symbol, bid=Decimal(bid), ask=Decimal(ask), observed_at=NOON)


def line(side: Side, quantity: str, price: str = "100", symbol: str = "SPY") -> PlanLine:
    return PlanLine(
        line_id=f"{side}-{symbol}",
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        reference_price=Decimal(price),
        notional=Decimal(quantity) * Decimal(price),
        reason=LineReason.OPEN,
        target_weight=Decimal("0.1"),
        fractionable=True,
        contributions=(),
    )


def test_a_purchase_costs_half_the_spread_and_slippage_and_no_fee() -> None:
    quotes = {"SPY": quote("99.98", "100.02")}
    (cost,) = expected_costs([line(Side.BUY, "500")], quotes, NO_EXPERIENCE, RATES)
    assert (cost.half_spread, cost.slippage, cost.fees) == (Decimal(10), Decimal(5), 0)
    assert cost.total == 15


def test_a_sale_pays_the_fees_rounded_up_to_the_cent() -> None:
    quotes = {"SPY": quote("99.98", "100.02")}
    (cost,) = expected_costs([line(Side.SELL, "500")], quotes, NO_EXPERIENCE, RATES)
    assert cost.fees == Decimal("1.03") + Decimal("0.10")


def test_the_fee_on_shares_has_a_maximum() -> None:
    assert fees_on(Side.SELL, Decimal(0), Decimal(1_000_000), RATES) == Decimal("9.79")


@pytest.mark.parametrize("missing", [{}, {"SPY": quote("0", "100")}, {"SPY": quote("101", "100")}])
def test_without_a_two_sided_quote_the_spread_is_unknown_and_not_zero(missing: dict[str, Quote]) -> None:
    #
    (cost,) = expected_costs([line(Side.BUY, "500")], missing, NO_EXPERIENCE, RATES)
    assert cost.half_spread is None
    assert cost.total == cost.slippage


def test_slippage_is_the_symbols_own_median_else_that_of_all_else_what_is_assumed() -> None:
    past = [PastFill("SPY", Decimal(value)) for value in (1, 9, 2)] + [PastFill("TLT", Decimal(5))]
    experience = Experience(past, Decimal(7))
    assert experience.slippage_of("SPY") == 2
    assert experience.slippage_of("GLD") == Decimal("3.5")
    assert Experience((), Decimal(7)).slippage_of("GLD") == 7


def test_past_slippage_is_what_lies_beyond_half_the_spread() -> None:
    seen = quote("99.90", "100.10")
    assert past_slippage(Side.BUY, Decimal("100.10"), seen) == 0
    assert past_slippage(Side.BUY, Decimal("100.00"), seen) == -10
    assert past_slippage(Side.SELL, Decimal("99.80"), seen) == 10
    assert past_slippage(Side.SELL, Decimal("99.80"), quote("0", "100")) is None


amounts = st.decimals(Decimal("0.01"), 100_000, places=2)


@given(amounts, st.decimals(Decimal("0.01"), 1000, places=2), st.decimals(0, 10, places=2))
def test_costs_of_both_sides_differ_by_the_fees_alone(
    quantity: Decimal, bid: Decimal, spread: Decimal
) -> None:
    quotes = {"SPY": quote(str(bid), str(bid + spread))}
    buy, sell = expected_costs([line(side, str(quantity)) for side in Side], quotes, NO_EXPERIENCE, RATES)
    assert (buy.half_spread, buy.slippage, buy.fees) == (sell.half_spread, sell.slippage, 0)
    assert Decimal(0) < sell.fees <= sell.notional * RATES.per_dollar + Decimal("9.81")
    assert sell.total - buy.total == sell.fees
