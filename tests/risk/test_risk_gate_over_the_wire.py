"""The gate before the real adapter and real sockets: what arrives is counted at the other end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from support.alpaca_bench import AlpacaBench, LookAlike, served_here
from support.gate_stage import set_level, terms_with
from support.trading import DIRECT, buy, envelope_for

from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.order import OrderRequest
from alchemiser_dagster.risk.terms import GateTerms

PLAN = (buy("AAA", "100"), buy("BBB", "100"))


def traded_over_the_wire(
    look_alike: LookAlike, folder: Path, terms: GateTerms, halted: Mapping[str, int] | None = None
) -> AlpacaBench:
    """Trade the plan of two lines at the look-alike; halt while so many orders are there."""
    bench = AlpacaBench(folder, look_alike, rules=DIRECT)
    try:
        if halted is not None:
            submit = bench.broker.submit

            def halting(request: OrderRequest) -> object:
                accepted = submit(request)
                if len(look_alike.accepted()) == halted["after"]:
                    set_level(bench.database, HaltLevel.HALT, account="paper")
                return accepted

            bench.broker.submit = halting  # type: ignore[method-assign,assignment]
        envelope = envelope_for("result").model_copy(update={"account": "paper"})
        environment = replace(bench.environment, terms=terms)
        execute_plan(bench.plan(*PLAN), environment, bench.permit(), envelope)
        return bench
    finally:
        bench.close()


@pytest.mark.parametrize(
    ("terms", "arrive"),
    [
        (terms_with(), 2),
        (terms_with(max_order_notional=Decimal(10_000)), 1),
        (terms_with(max_gross_exposure=Decimal("0.15")), 1),
        (terms_with(max_turnover=Decimal("0.15")), 1),
        (terms_with(denied_symbols=("BBB",)), 1),
    ],
    ids=["generous", "notional", "exposure", "turnover", "denied"],
)
def test_over_real_sockets_only_what_is_let_through_arrives(
    terms: GateTerms, arrive: int, tmp_path: Path
) -> None:
    #
    with served_here(tmp_path) as look_alike:
        look_alike.reset()
        traded_over_the_wire(look_alike, tmp_path, terms)
        assert len(look_alike.accepted()) == arrive


def test_over_real_sockets_nothing_arrives_after_a_halt(tmp_path: Path) -> None:
    #
    with served_here(tmp_path) as look_alike:
        look_alike.reset()
        traded_over_the_wire(look_alike, tmp_path, terms_with(), {"after": 1})
        assert len(look_alike.accepted()) == 1
