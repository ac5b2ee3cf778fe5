"""Where the limits of a walk lie, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.trading import BEFORE_CLOSE, buy

from alchemiser_dagster.broker.rounding import is_on_tick
from alchemiser_dagster.execution.pricing import Terms, objection_to, terms_for
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.execution.walk import AUCTION, MARKET, Step, StepKind, Walk
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import AtDeadline, LastOrder

RULES = ExecutionRules()
CLOSE = BEFORE_CLOSE + timedelta(minutes=15)
ONE = Decimal(1)


def quote(bid: str, ask: str, last_close: str | None = None) -> Quote:
    return Quote(
        symbol="AAA",
        bid=Decimal(bid),
        ask=Decimal(ask),
        observed_at=BEFORE_CLOSE,
        last_close=None if last_close is None else Decimal(last_close),
    )


def limit(side: Side, at: Quote, fraction: str, rules: ExecutionRules = RULES) -> Decimal | None:
    return terms_for(side, at, Step(StepKind.LIMIT, Decimal(fraction)), rules).limit_price


@pytest.mark.parametrize(
    ("fraction", "buying", "selling"),
    [("0.5", "100.10", "100.10"), ("0.75", "100.15", "100.05"), ("0.95", "100.19", "100.01")],
)
def test_limits_walk_from_the_middle_to_the_far_side(fraction: str, buying: str, selling: str) -> None:
    at = quote("100.00", "100.20")
    assert limit(Side.BUY, at, fraction) == Decimal(buying)
    assert limit(Side.SELL, at, fraction) == Decimal(selling)


def test_within_a_spread_of_one_tick_the_first_step_waits_and_the_second_crosses() -> None:
    at = quote("100.00", "100.01")
    assert [limit(Side.BUY, at, step) for step in ("0.5", "0.75")] == [Decimal("100.00"), Decimal("100.01")]
    assert [limit(Side.SELL, at, step) for step in ("0.5", "0.75")] == [Decimal("100.01"), Decimal("100.00")]


@given(
    bid=st.decimals("0.0002", "5000", places=4),
    spread=st.decimals("0.0001", "90", places=4),
    fraction=st.decimals("0", "1", places=2),
    close=st.one_of(st.none(), st.decimals("0.0002", "5000", places=4)),
)
def test_a_limit_is_on_the_tick_and_within_spread_and_collars(
    bid: Decimal, spread: Decimal, fraction: Decimal, close: Decimal | None
) -> None:
    #
    at = Quote(symbol="AAA", bid=bid, ask=bid + spread, observed_at=BEFORE_CLOSE, last_close=close)
    step = Step(StepKind.LIMIT, fraction)
    buying, selling = terms_for(Side.BUY, at, step, RULES), terms_for(Side.SELL, at, step, RULES)
    assert buying.limit_price is not None
    assert selling.limit_price is not None
    assert is_on_tick(buying.limit_price)
    assert is_on_tick(selling.limit_price)
    tick = Decimal("0.01")
    assert bid - tick < buying.limit_price < at.ask + tick
    assert bid - tick < selling.limit_price < at.ask + tick
    assert buying.limit_price <= max(at.mid * (1 + RULES.mid_collar), bid)
    assert selling.limit_price >= min(at.mid * (1 - RULES.mid_collar), at.ask)
    assert buying.worst_price >= at.ask
    assert selling.worst_price <= at.bid


def test_the_collars_hold_a_limit_back() -> None:
    #
    wide = quote("98.00", "102.00")
    assert limit(Side.BUY, wide, "0.95") == Decimal("101.00")
    assert limit(Side.SELL, wide, "0.95") == Decimal("99.00")
    narrow = RULES.model_copy(update={"close_collar": Decimal("0.10")})
    assert limit(Side.BUY, quote("109.90", "110.10", "100.00"), "0.95", narrow) == Decimal("110.00")
    assert limit(Side.SELL, quote("89.90", "90.10", "100.00"), "0.95", narrow) == Decimal("90.00")


def test_a_market_buy_leaves_the_brokers_margin_free() -> None:
    at = quote("99.99", "100.00")
    assert terms_for(Side.BUY, at, MARKET, RULES) == Terms(MARKET, None, Decimal(104))
    assert terms_for(Side.SELL, at, MARKET, RULES) == Terms(MARKET, None, Decimal("99.99"))


@pytest.mark.parametrize(("close", "is_refused"), [("80.01", False), ("79.99", True), (None, False)])
def test_a_quote_far_from_the_last_close_prices_nothing(close: str | None, is_refused: bool) -> None:  # noqa: FBT001
    #
    objection = objection_to(quote("100.00", "100.02", close), buy("AAA", "1"), BEFORE_CLOSE, RULES)
    assert ("last close" in str(objection)) is is_refused


def walk(**rules: object) -> Walk:
    return Walk(RULES.model_copy(update=rules), CLOSE)


def test_a_walk_goes_step_by_step_and_ends_at_the_market() -> None:
    steps = [walk().step(attempt, Side.BUY, ONE, BEFORE_CLOSE) for attempt in range(1, 7)]
    limits = [Step(StepKind.LIMIT, fraction) for fraction in RULES.steps]
    assert steps == [*limits, MARKET, MARKET, MARKET]
    assert RULES.max_attempts == 6


def test_the_auction_takes_whole_shares_that_are_bought_in_time() -> None:
    auction = walk(last_order=LastOrder.CLOSING_AUCTION)
    assert auction.step(4, Side.BUY, ONE, BEFORE_CLOSE) == AUCTION
    assert auction.step(4, Side.SELL, ONE, BEFORE_CLOSE) == MARKET
    assert auction.step(4, Side.BUY, Decimal("1.5"), BEFORE_CLOSE) == MARKET
    assert auction.step(4, Side.BUY, ONE, CLOSE - timedelta(minutes=10)) == MARKET
    assert auction.step(1, Side.BUY, ONE, BEFORE_CLOSE) == Step(StepKind.LIMIT, RULES.steps[0])


def test_the_deadline_ends_every_walk_as_the_rules_say() -> None:
    late = CLOSE - timedelta(seconds=120)
    assert walk().step(1, Side.SELL, ONE, late) == MARKET
    assert walk(at_deadline=AtDeadline.CANCEL).step(1, Side.SELL, ONE, late) is None
    assert walk().step(1, Side.SELL, ONE, late - timedelta(seconds=1)) == Step(StepKind.LIMIT, RULES.steps[0])
    assert walk(last_order=LastOrder.NONE).step(4, Side.BUY, ONE, BEFORE_CLOSE) is None
