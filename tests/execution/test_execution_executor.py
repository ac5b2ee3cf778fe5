from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.trading import Bench, buy, plan_of, sell

from alchemiser_dagster.records.values import Outcome, Side

HOLDINGS = {"AAA": "100", "BBB": "200"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.hold(HOLDINGS)
    return bench


def test_a_plan_is_sold_and_bought_as_planned(bench: Bench) -> None:
    plan = plan_of(sell("AAA", "100"), sell("BBB", "50.5"), buy("CCC", "400.123456789"), cash=bench.cash())
    result = bench.execute(plan)
    assert result.outcome is Outcome.TRADED
    assert bench.held() == {"BBB": Decimal("149.5"), "CCC": Decimal("400.123456789")}
    assert bench.cash() == plan.cash_before + result.sold - result.bought
    assert [fill.side for fill in result.fills] == [Side.SELL, Side.SELL, Side.BUY]
