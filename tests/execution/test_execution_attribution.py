"""What an execution leaves in the books besides orders and fills: lots by strategy, and what trading cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.trading import ACCOUNT, Bench, buy, envelope_for, plan_of, sell

from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.ledger.lots import LotBook
from alchemiser_dagster.portfolio.attribution import UNASSIGNED
from alchemiser_dagster.records.allocation import Contribution
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan


def wanted(line: PlanLine, **weights: str) -> PlanLine:
    """Return the line with contributions; equity is 100,000 dollars, so 0.001 is a share of AAA."""
    parts = tuple(Contribution(strategy=name, weight=Decimal(weight)) for name, weight in weights.items())
    whole = sum((part.weight for part in parts), Decimal(0))
    return line.model_copy(update={"contributions": parts, "target_weight": whole})


def first_plan() -> RebalancePlan:
    return plan_of(wanted(buy("AAA", "8"), alpha="0.006", beta="0.002"), cash=Decimal(100_000))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_is_bought_is_held_by_the_strategies_that_wanted_it(bench: Bench) -> None:
    bench.execute(first_plan())
    held = {lot.strategy: lot.left for lot in LotBook(bench.database).open_lots(ACCOUNT, symbol="AAA")}
    assert held == {"alpha": 6, "beta": 2}


def test_executing_again_leaves_the_lots_as_they_are(bench: Bench) -> None:
    bench.execute(first_plan())
    lots = LotBook(bench.database).open_lots(ACCOUNT)
    bench.execute(first_plan())
    bench.environment().fills.record(bench.broker.fills_since(bench.clock.now().replace(hour=0)))
    assert LotBook(bench.database).open_lots(ACCOUNT) == lots


def test_what_is_sold_comes_from_those_that_have_too_much_and_the_rest_from_nobodys(bench: Bench) -> None:
    bench.hold({"AAA": "5"})
    bench.execute(first_plan().model_copy(update={"cash_before": bench.cash()}))
    (bought,) = bench.environment().fills.of_plan(first_plan().plan_id)
    bench.feed.prices["AAA"] = 101.0
    out = plan_of(sell("AAA", "13"), cash=bench.cash(), sequence=2)
    execute_plan(out, bench.environment(), bench.permit(), envelope_for("second-result"))
    (sold,) = bench.environment().fills.of_plan(out.plan_id)
    book = LotBook(bench.database)
    assert book.attributions(sold.fill_id) == {"alpha": 6, "beta": 2, UNASSIGNED: 5}
    assert book.unmatched(ACCOUNT) == {"AAA": 5}
    gain = sold.price - bought.price
    assert gain > 0
    assert book.realised(ACCOUNT) == {"alpha": 6 * gain, "beta": 2 * gain}


def test_the_result_says_what_filling_cost(bench: Bench) -> None:
    result = bench.execute(first_plan())
    (order,) = [one for one in result.orders if one.filled_quantity]
    (fill,) = result.fills
    assert order.quoted_mid is not None
    assert order.slippage == (fill.price - order.quoted_mid) * 8
    assert order.decision_price == 100
    assert order.seconds_to_fill is not None
    assert result.execution_cost == order.slippage
