"""What each strategy's shares are worth and earned: with what others hold, it has nothing to do."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from alchemiser_dagster.portfolio.strategy_profit import HeldShares, Shares, StrategyOutcome, outcomes_of

PRICES = some.decimals(Decimal("0.5"), Decimal(500), places=2)
COUNTS = some.integers(0, 50).map(Decimal)


def held(strategy: str, symbol: str, quantity: Decimal | int, price: Decimal | int) -> HeldShares:
    return HeldShares(strategy, symbol, Decimal(quantity), Decimal(price))


@given(some.tuples(COUNTS, COUNTS), PRICES, PRICES, PRICES, PRICES)
def test_what_was_earned_is_what_selling_everything_then_and_buying_it_back_would_have_left(
    counts: tuple[Decimal, Decimal], cost: Decimal, then: Decimal, traded: Decimal, now: Decimal
) -> None:
    """Shares kept earn the move of the price; sold and bought ones the part of it that they were held for."""
    kept, moved = counts
    before = Shares((held("one", "A", kept + moved, cost),), {"A": then})
    sold = outcomes_of(
        Shares((held("one", "A", kept, cost),), {"A": now}), before, {"one": moved * (traded - cost)}
    )
    assert sold[0].profit == kept * (now - then) + moved * (traded - then)
    bought = outcomes_of(
        Shares((held("one", "A", kept, cost), held("one", "A", moved, traded)), {"A": now}),
        Shares((held("one", "A", kept, cost),), {"A": then}),
    )
    assert bought[0].profit == kept * (now - then) + moved * (now - traded)


def test_each_strategy_is_told_with_what_it_holds_and_what_that_is_worth() -> None:
    now = Shares((held("two", "B", 3, 7), held("one", "A", 1, 5), held("one", "A", 2, 6)), {"A": Decimal(10)})
    assert outcomes_of(now, realised={"three": Decimal(4)}) == (
        StrategyOutcome("one", {"A": Decimal(3)}, Decimal(30), None),
        StrategyOutcome("three", {}, Decimal(0), None),
        StrategyOutcome("two", {"B": Decimal(3)}, None, None),
    )


def test_one_that_sold_all_has_earned_what_the_sale_brought_beyond_yesterdays_price() -> None:
    before = Shares((held("one", "A", 2, 5),), {"A": Decimal(8)})
    (found,) = outcomes_of(Shares((), {}), before, {"one": Decimal(8)})
    assert (found.value, found.profit) == (0, Decimal(2))


def test_what_was_split_since_is_not_compared() -> None:
    before = Shares((held("one", "A", 2, 5), held("two", "B", 2, 5)), {"A": Decimal(8), "B": Decimal(8)})
    now = Shares((held("one", "A", 4, 2), held("two", "B", 2, 5)), {"A": Decimal(4), "B": Decimal(9)})
    assert [found.profit for found in outcomes_of(now, before, changed=["A"])] == [None, Decimal(2)]
