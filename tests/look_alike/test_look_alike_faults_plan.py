"""A plan is data: it is read with clear errors, and each fault fires as often as it says, where it says."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.known_faults import STREAM_FAULTS, RequestKind, market_plans, matrix, request_plan
from support.small_market import SmallMarket

from alchemiser_dagster.broker.simulated.behaviour import QuoteFault, SymbolBehaviour
from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.look_alike.active_faults import ActiveFaults
from alchemiser_dagster.look_alike.fault_file import load_fault_plan, read_fault_plan
from alchemiser_dagster.look_alike.fault_plan import Drop, EventTwice, FaultPlan, Reset


def faults_of(*faults: object) -> ActiveFaults:
    market = SmallMarket()
    market.plan(*faults)
    return market.faults


@given(nth=st.integers(1, 6), times=st.one_of(st.none(), st.integers(1, 6)), requests=st.integers(0, 15))
def test_a_fault_fires_from_its_nth_match_as_often_as_it_says(
    nth: int, times: int | None, requests: int
) -> None:
    faults = ActiveFaults(SmallMarket())
    faults.put(FaultPlan(faults=(Drop(nth=nth, times=times, method="POST", path="/v2/orders"),)))
    fired = [faults.of_request("POST", "/v2/orders") is not None for _ in range(requests)]
    last = requests if times is None else nth - 1 + times
    assert fired == [nth <= number <= last for number in range(1, requests + 1)]
    count = faults.report().faults[0]
    assert (count.matched, count.fired) == (requests, sum(fired))
    assert count.left == (None if times is None else times - sum(fired))


def test_a_request_is_seen_by_the_faults_behind_only_where_none_before_fired() -> None:
    faults = ActiveFaults(SmallMarket())
    faults.put(FaultPlan(faults=(Drop(times=2), Reset(nth=2))))
    kinds = [getattr(faults.of_request("GET", "/v2/account"), "kind", None) for _ in range(5)]
    assert kinds == ["drop", "drop", None, "reset", None]


@pytest.mark.parametrize(
    ("method", "path", "fires"),
    [
        ("DELETE", "/v2/orders/abc", True),
        ("DELETE", "/v2/orders", False),
        ("GET", "/v2/orders/abc", False),
        ("DELETE", "/v2/positions/abc", False),
    ],
)
def test_a_fault_fires_where_method_and_path_match(method: str, path: str, *, fires: bool) -> None:
    faults = faults_of({"kind": "drop", "method": "DELETE", "path": "/v2/orders/*"})
    assert (faults.of_request(method, path) is not None) is fires


def test_each_known_fault_survives_json_and_matches_its_own_kind_of_request_only() -> None:
    pairs = list(matrix())
    assert len(pairs) >= 20 * len(RequestKind)
    for name, kind in pairs:
        plan = request_plan(name, kind)
        assert FaultPlan.model_validate_json(plan.model_dump_json()) == plan
        matching = []
        for other in RequestKind:
            faults = ActiveFaults(SmallMarket())
            faults.put(plan)
            if faults.of_request(other.value.method, other.value.path.replace("*", "1")):
                matching.append(other)
        assert matching == [kind], name


def test_a_market_fault_begins_once_so_many_orders_were_accepted() -> None:
    market = SmallMarket()
    market.plan(
        {"kind": "account blocked", "after_orders": 2}, {"kind": "buying power shrinks", "withheld": 5}
    )
    assert (market.rules.account_blocked, market.rules.withheld) == (False, 5)
    market.faults.order_accepted()
    assert not market.rules.account_blocked
    market.faults.order_accepted()
    assert market.rules.account_blocked
    assert [count.fired for count in market.faults.report().faults] == [1, 1]
    assert market.faults.report().accepted_orders == 2


def test_a_market_fault_begins_once_and_rules_that_are_changed_back_stay_so() -> None:
    market = SmallMarket()
    market.plan({"kind": "account blocked", "after_orders": 1})
    market.faults.order_accepted()
    market.change_rules(account_blocked=False)
    market.faults.order_accepted()
    assert not market.rules.account_blocked


def test_faults_of_one_symbol_add_up() -> None:
    market = SmallMarket()
    market.plan(
        {"kind": "symbol", "symbols": ["SPY"], "behaviour": {"quote_fault": "stale"}},
        {"kind": "symbol", "symbols": ["SPY", "TLT"], "behaviour": {"halted": True}},
        {"kind": "slow broker", "cancel_seconds": "1.5"},
    )
    assert market.rules.behaviours == {
        "SPY": SymbolBehaviour(quote_fault=QuoteFault.STALE, halted=True),
        "TLT": SymbolBehaviour(halted=True),
    }
    assert market.rules.cancel_after == timedelta(seconds=1.5)


@pytest.mark.parametrize("name", market_plans("SPY"))
def test_each_known_market_fault_changes_the_rules(name: str) -> None:
    market = SmallMarket()
    before = market.rules
    market.faults.put(market_plans("SPY", after_orders=1)[name])
    assert market.rules == before
    market.faults.order_accepted()
    assert market.rules != before


def test_events_match_by_their_name() -> None:
    faults = ActiveFaults(SmallMarket())
    faults.put(FaultPlan(faults=(EventTwice(event="fill", nth=2),)))
    fired = [faults.of_event(event) is not None for event in ("fill", "new", "fill", "fill")]
    assert fired == [False, False, True, False]
    assert len(STREAM_FAULTS) == 4


def test_a_new_plan_begins_anew_and_a_cleared_one_leaves_nothing() -> None:
    faults = faults_of({"kind": "drop"})
    faults.of_request("GET", "/v2/account")
    faults.put(FaultPlan(faults=(Drop(),)))
    assert faults.report().faults[0].matched == 0
    faults.clear()
    assert faults.of_request("GET", "/v2/account") is None


WRONG = [
    (
        '{"faults": [{"kind": "drop", "nth": 0}]}',
        "faults[0].nth (drop): input should be greater than or equal",
    ),
    ('{"faults": [{"kind": "explode"}]}', "faults[0]: there is no kind 'explode'; the kinds are"),
    ('{"faults": [{"path": "*"}]}', "faults[0]: a fault needs a kind"),
    ('{"faults": [{"kind": "drop", "often": 2}]}', "faults[0].often (drop): there is no such field"),
    ('{"faults": [{"kind": "status"}]}', "faults[0].status (status): this field is missing"),
    ('{"faults": [{"kind": "late acceptance"}]}', "give either after_requests or after_seconds"),
    ('{"fault": []}', "fault: there is no such field"),
    ("[]", "the plan: input should be an object"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_plan_that_cannot_be_used_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    #
    file = tmp_path / "faults.json"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        load_fault_plan(file)
    assert said in raised.value.what
    assert raised.value.where == str(file)
    assert raised.value.remedy
    assert "docs/look_alike.md" in raised.value.remedy


def test_every_problem_of_a_plan_is_listed() -> None:
    text = json.dumps({"faults": [{"kind": "drop", "nth": 0}, {"kind": "reset", "times": 0}]})
    with pytest.raises(ConfigurationError, match=r"faults\[0\]\.nth .*; faults\[1\]\.times "):
        read_fault_plan(text, "here")


def test_a_file_that_is_no_json_names_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('{"faults": [\n  {"kind": }\n]}')
    with pytest.raises(ConfigurationError) as raised:
        load_fault_plan(file)
    assert raised.value.where == f"{file}:2:12"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_names_itself(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "faults.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError) as raised:
        load_fault_plan(file)
    assert raised.value.where == str(file)


def test_numbers_of_a_plan_are_decimals() -> None:
    plan = read_fault_plan('{"faults": [{"kind": "buying power shrinks", "withheld": "0.10"}]}', "here")
    assert str(getattr(plan.faults[0], "withheld")) == "0.10"  # noqa: B009
    assert isinstance(getattr(plan.faults[0], "withheld"), Decimal)  # noqa: B009
