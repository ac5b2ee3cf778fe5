"""Splits and new symbols are read out of a broker's rows, or left out where they don't tell enough."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.portfolio.corporate_actions import read_actions
from alchemiser_dagster.records.activity import Activity, ActivityKind

DAY = date(2024, 11, 27)
SPLIT, CHANGE = ActivityKind.SPLIT, ActivityKind.SYMBOL_CHANGE


def row(number: int, kind: ActivityKind, symbol: str | None, quantity: str, day: date = DAY) -> Activity:
    return Activity(
        activity_id=f"row-{number}",
        kind=kind,
        raw_kind="X",
        symbol=symbol,
        quantity=Decimal(quantity),
        amount=Decimal(0),
        occurred_on=day,
    )


def read(*rows: Activity, held: dict[str, str] | None = None) -> list[tuple[object, ...]]:
    shares = {symbol: Decimal(number) for symbol, number in (held or {}).items()}
    actions = [one.action for one in read_actions(rows, shares, "simulated")]
    return [(one.activity_id, one.symbol, one.new_symbol, one.ratio) for one in actions]


def test_one_row_of_a_split_tells_what_came_beside_what_was_held() -> None:
    assert read(row(1, SPLIT, "SPY", "10"), held={"SPY": "5"}) == [("row-1", "SPY", "SPY", 3)]
    assert read(row(1, SPLIT, "SPY", "-9"), held={"SPY": "10"}) == [("row-1", "SPY", "SPY", Decimal("0.1"))]


def test_two_rows_of_a_split_tell_the_old_shares_and_the_new() -> None:
    rows = row(1, SPLIT, "SPY", "-10"), row(2, SPLIT, "SPY", "25")
    (found,) = read_actions(rows, {}, "simulated")
    assert (found.action.ratio, found.activities) == (Decimal("2.5"), rows)


def test_an_action_takes_effect_with_its_day_in_new_york() -> None:
    (found,) = read_actions([row(1, SPLIT, "SPY", "10")], {"SPY": Decimal(10)}, "simulated")
    assert found.action.effective_at == datetime(2024, 11, 27, 5, tzinfo=UTC)
    assert found.action.account == "simulated"


def test_a_new_symbol_is_two_rows() -> None:
    assert read(row(1, CHANGE, "FB", "-7"), row(2, CHANGE, "META", "7")) == [("row-1", "FB", "META", 1)]
    assert read(row(1, CHANGE, "FB", "-7"), row(2, CHANGE, "META", "3.5")) == [
        ("row-1", "FB", "META", Decimal("0.5"))
    ]


def test_of_several_new_symbols_on_a_day_those_belong_together_that_move_as_many_shares() -> None:
    rows = [
        row(1, CHANGE, "A", "-7"),
        row(2, CHANGE, "B", "-5"),
        row(3, CHANGE, "Y", "5"),
        row(4, CHANGE, "X", "7"),
    ]
    assert read(*rows) == [("row-1", "A", "X", 1), ("row-2", "B", "Y", 1)]
    alike = [row(1, CHANGE, "A", "-5"), *rows[1:3], row(4, CHANGE, "X", "5")]
    assert read(*alike) == []


@pytest.mark.parametrize(
    "rows",
    [
        [row(1, SPLIT, "SPY", "0")],
        [row(1, SPLIT, None, "5")],
        [row(1, SPLIT, "BIL", "5")],
        [row(1, SPLIT, "SPY", "-10")],
        [row(1, CHANGE, "SPY", "-5")],
        [row(1, CHANGE, "SPY", "-5"), row(2, CHANGE, "SPY", "5")],
        [row(1, ActivityKind.TRANSFER, "SPY", "5")],
    ],
)
def test_what_the_rows_do_not_tell_is_left_out(rows: list[Activity]) -> None:
    assert read(*rows, held={"SPY": "10"}) == []


def test_a_later_split_counts_from_what_the_earlier_rows_made_of_the_shares() -> None:
    later = date(2024, 12, 2)
    rows = [row(2, SPLIT, "META", "14", later), row(1, CHANGE, "FB", "-7"), row(3, CHANGE, "META", "7")]
    assert [told[3] for told in read(*rows, held={"FB": "7"})] == [1, 3]


@given(
    held=st.decimals("0.000000001", "1000", places=9),
    ratio=st.sampled_from(["2", "3", "10", "1.5", "0.1", "0.5"]),
)
def test_the_ratio_gives_the_shares_that_the_rows_tell(held: Decimal, ratio: str) -> None:
    after = (held * Decimal(ratio)).quantize(Decimal("1e-9"))
    if not after or after == held:
        return
    (found,) = read_actions([row(1, SPLIT, "SPY", str(after - held))], {"SPY": held}, "simulated")
    assert abs(found.action.ratio * held - after) < Decimal("1e-9")
