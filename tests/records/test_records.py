from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.ledger_builders import envelope, target_allocation

from alchemiser_dagster.records.account import BrokerAccount
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderRequest, OrderState, OrderType
from alchemiser_dagster.records.registry import RECORD_KINDS
from alchemiser_dagster.records.values import Outcome, Side


@given(st.decimals(0, 1, places=12))
def test_a_record_survives_json_to_the_last_digit(weight: Decimal) -> None:
    #
    record = target_allocation("a", weight=weight)
    again = TargetAllocation.model_validate_json(record.model_dump_json())
    assert again == record
    assert str(again.lines[0].weight) == str(weight)


@pytest.mark.parametrize("kind", RECORD_KINDS.values())
def test_every_record_is_frozen_strict_versioned_and_in_an_envelope(kind: type[Record]) -> None:
    #
    assert kind.model_config["frozen"]
    assert kind.model_config["strict"]
    assert kind.model_config["extra"] == "forbid"
    assert {"schema_version", "envelope", "session"} <= kind.model_fields.keys()


def test_kinds_are_told_apart_by_their_names() -> None:
    assert {name: kind.kind for name, kind in RECORD_KINDS.items()} == {name: name for name in RECORD_KINDS}


def test_a_record_cannot_be_changed() -> None:
    #
    record = target_allocation("a")
    with pytest.raises(ValidationError, match="frozen"):
        record.cash_weight = Decimal(0)  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        '"cash_weight":"NaN"',
        '"cash_weight":"Infinity"',
        '"cash_weight":"much"',
        '"cash_weight":"-1"',
        '"cash_weight":null',
        '"cash_weight":"0.75","surprise":1',
        '"schema_version":2,"cash_weight":"0.75"',
    ],
)
def test_a_number_that_cannot_be_read_and_an_unknown_key_are_errors(change: str) -> None:
    #
    text = target_allocation("a").model_dump_json().replace('"cash_weight":"0.75"', change)
    with pytest.raises(ValidationError):
        TargetAllocation.model_validate_json(text)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        envelope("a").model_validate(
            {**envelope("a").model_dump(), "created_at": datetime(2024, 1, 1)}  # noqa: DTZ001
        )


@pytest.mark.parametrize("symbol", ["spy", "", "SP Y", "^GSPC", "A" * 33, ".B"])
def test_a_symbol_is_upper_case_letters_digits_dots_strokes_and_dashes(symbol: str) -> None:
    with pytest.raises(ValidationError):
        Quote(symbol=symbol, bid=Decimal(1), ask=Decimal(1), observed_at=datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("bid", "ask", "usable"),
    [("1", "1.01", True), ("1", "1", True), ("0", "1", False), ("1", "0", False), ("2", "1", False)],
)
def test_a_quote_is_usable_only_with_two_sides_that_do_not_cross(bid: str, ask: str, *, usable: bool) -> None:
    #
    quote = Quote(
        symbol="SPY", bid=Decimal(bid), ask=Decimal(ask), observed_at=datetime(2024, 1, 1, tzinfo=UTC)
    )
    assert quote.is_two_sided == usable


@pytest.mark.parametrize(("kind", "limit"), [(OrderType.MARKET, Decimal(1)), (OrderType.LIMIT, None)])
def test_a_limit_order_has_a_limit_and_a_market_order_has_none(
    kind: OrderType, limit: Decimal | None
) -> None:
    with pytest.raises(ValidationError, match="a limit order has a limit price, a market order has none"):
        OrderRequest(
            client_order_id="a",
            symbol="SPY",
            side=Side.BUY,
            quantity=Decimal(1),
            order_type=kind,
            limit_price=limit,
        )


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ({"status": "INACTIVE"}, "its status is INACTIVE"),
        ({"trading_blocked": True}, "trading is blocked"),
        ({"account_blocked": True}, "the account is blocked"),
        ({"trade_suspended_by_user": True}, "trading is suspended by the user"),
    ],
)
def test_each_flag_of_an_account_is_an_obstacle_with_a_name(flag: dict[str, object], reason: str) -> None:
    #
    sound = BrokerAccount(
        account="a",
        status="ACTIVE",
        currency="USD",
        cash=Decimal(1),
        buying_power=Decimal(1),
        equity=Decimal(1),
        trading_blocked=False,
        account_blocked=False,
        trade_suspended_by_user=False,
    )
    assert sound.obstacles == ()
    assert sound.model_copy(update=flag).obstacles == (reason,)


def test_unknown_is_not_the_end_of_an_order() -> None:
    #
    assert {state for state in OrderState if state.is_terminal} == {
        OrderState.FILLED,
        OrderState.CANCELED,
        OrderState.EXPIRED,
        OrderState.REJECTED,
    }


def test_nothing_to_do_is_a_success_and_skipped_is_not() -> None:
    #
    assert {outcome for outcome in Outcome if outcome.is_success} == {Outcome.TRADED, Outcome.NOTHING_TO_DO}
