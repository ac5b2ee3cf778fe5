"""Each fault at each kind of request: a day ends where an undisturbed one ends, no order is there twice.

A sample by default; all pairs with `ALCHEMISER_SWEEP=all` in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fault_matrix.fault_day import RULES, FaultDay, undisturbed
from support.alpaca_bench import LookAlike, served_here
from support.known_faults import REQUEST_FAULTS, RequestKind, market_plans, request_plan
from sweep.verdict import Account

from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.look_alike.fault_plan import FaultPlan
from alchemiser_dagster.settings.choices import Requote

NEVER_ASKED = {RequestKind.ASSETS}
CANCELING = RULES.model_copy(update={"requote": Requote.CANCEL})
LARGEST_SAMPLE = 36
ALL = os.environ.get("ALCHEMISER_SWEEP") == "all"


def pairs() -> list[tuple[str, RequestKind]]:
    """Return what is tried: every fault at the sending of an order, and some of the rest."""
    kinds = [kind for kind in RequestKind if kind not in NEVER_ASKED]
    every = [(name, kind) for kind in kinds for name in REQUEST_FAULTS]
    if ALL:
        return every
    first = [pair for pair in every if pair[1] is RequestKind.SUBMIT]
    rest = [pair for pair in every if pair[1] is not RequestKind.SUBMIT and "silence" not in pair[0]]
    return [*first, *rest[:: len(rest) // (LARGEST_SAMPLE - len(first))]]


@pytest.fixture(scope="module")
def look_alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LookAlike]:
    with served_here(tmp_path_factory.mktemp("look-alike")) as served:
        yield served


def plan_of(name: str, kind: RequestKind) -> FaultPlan:
    """Return the fault, behind another one where the request is sent only after that."""
    faults = request_plan(name, kind).faults
    if kind is RequestKind.GET_ORDER:
        faults = (*request_plan("504 after acceptance", RequestKind.SUBMIT).faults, *faults)
    return FaultPlan(faults=faults)


@dataclass
class Ends:
    """Where undisturbed days end, by their rules."""

    look_alike: LookAlike
    known: dict[Requote, Account] = field(default_factory=dict)

    def of(self, rules: ExecutionRules) -> Account:
        if rules.requote not in self.known:
            self.known[rules.requote] = undisturbed(self.look_alike, rules)
        return self.known[rules.requote]


@pytest.fixture(scope="module")
def ends(look_alike: LookAlike) -> Ends:
    return Ends(look_alike)


def rules_for(kind: RequestKind) -> ExecutionRules:
    return CANCELING if kind is RequestKind.CANCEL else RULES


@pytest.mark.parametrize(("name", "kind"), pairs(), ids=lambda given: str(getattr(given, "name", given)))
def test_a_day_survives_a_fault_of_a_request(
    look_alike: LookAlike, ends: Ends, name: str, kind: RequestKind
) -> None:
    #
    rules = rules_for(kind)
    expected = ends.of(rules)
    day = FaultDay(look_alike, rules)
    plan = plan_of(name, kind)
    day.suffer(plan)
    day.run_until_done()
    assert day.fired() == len(plan.faults)
    assert day.findings(expected).all == []
    assert day.assumptions() == []


@pytest.mark.parametrize("times", [2, 5] if ALL else [3])
@pytest.mark.parametrize(
    "name", list(REQUEST_FAULTS) if ALL else ["504 after acceptance", "reset before acceptance"]
)
def test_a_day_survives_an_order_that_fails_again_and_again(
    look_alike: LookAlike, ends: Ends, name: str, times: int
) -> None:
    #
    expected = ends.of(RULES)
    day = FaultDay(look_alike)
    day.suffer(request_plan(name, RequestKind.SUBMIT, times=times))
    day.run_until_done()
    assert day.findings(expected).all == []
    assert day.assumptions() == []


@pytest.mark.parametrize("after_orders", [0, 2] if ALL else [1])
@pytest.mark.parametrize("name", list(market_plans("AAA")))
def test_a_fault_of_the_market_loses_and_doubles_nothing(
    look_alike: LookAlike, name: str, after_orders: int
) -> None:
    #
    day = FaultDay(look_alike)
    _ = day.plan
    day.suffer(market_plans("AAA", after_orders)[name])
    day.run_until_done()
    assert day.findings().all == []
    assert day.assumptions() == []


def test_a_fault_day_needs_no_folder_of_its_own_afterwards(look_alike: LookAlike, tmp_path: Path) -> None:
    day = FaultDay(look_alike, folder=tmp_path)
    assert day.run()
    assert day.run()
    posted = [asked for asked in look_alike.requests() if asked["method"] == "POST"]
    assert len({asked["client_order_id"] for asked in posted}) == len(posted)
