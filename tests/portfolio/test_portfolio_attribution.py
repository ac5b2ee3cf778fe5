"""Whose shares changed hands: exact, in proportion to what each strategy lacks or has too much of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.portfolio.apportion import apportion
from alchemiser_dagster.portfolio.attribution import UNASSIGNED, Wish, attribute, wishes_of
from alchemiser_dagster.records.allocation import Contribution
from alchemiser_dagster.records.plan import LineReason, PlanLine
from alchemiser_dagster.records.values import Side

STEP = Decimal("1e-9")
NAMES = ("alpha", "beta", "gamma")
QUANTITIES = st.decimals("0.000000001", "1000", places=9)
WEIGHTS = st.dictionaries(st.sampled_from(NAMES), st.decimals("0", "5", places=9))


def numbers(**texts: str) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in texts.items()}


def wish(strategy: str, shares: str, weight: str = "0.5") -> Wish:
    return Wish(strategy, Decimal(weight), Decimal(shares))


def line(contributions: dict[str, str], *, target_weight: str = "0.3", price: str = "100") -> PlanLine:
    return PlanLine(
        line_id="line",
        symbol="SPY",
        side=Side.BUY,
        quantity=Decimal(1),
        reference_price=Decimal(price),
        notional=Decimal(100),
        reason=LineReason.OPEN,
        target_weight=Decimal(target_weight),
        fractionable=True,
        contributions=tuple(
            Contribution(strategy=name, weight=Decimal(weight)) for name, weight in contributions.items()
        ),
    )


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("10", {"alpha": "1", "beta": "1"}, {"alpha": "5", "beta": "5"}),
        ("1", {"alpha": "1", "beta": "1", "gamma": "1"}, None),
        ("0.000000001", {"beta": "1", "alpha": "1"}, {"alpha": "0.000000001"}),
        ("0.000000003", {"alpha": "2", "beta": "1"}, {"alpha": "0.000000002", "beta": "0.000000001"}),
        ("0.00000000001", {"alpha": "1"}, {"alpha": "0.00000000001"}),
        (
            "1.000000000000000000",
            {"alpha": "1", "beta": "2"},
            {"alpha": "0.333333333", "beta": "0.666666667"},
        ),
        ("7", {"alpha": "0", "beta": "3"}, {"beta": "7"}),
        ("7", {"alpha": "0"}, {}),
        ("0", {"alpha": "1"}, {}),
        ("7", {}, {}),
    ],
)
def test_a_whole_is_split_by_largest_remainders(
    total: str, weights: dict[str, str], parts: dict[str, str] | None
) -> None:
    expected = {"alpha": "0.333333334", "beta": "0.333333333", "gamma": "0.333333333"}
    assert apportion(Decimal(total), numbers(**weights)) == numbers(**(expected if parts is None else parts))


@given(total=QUANTITIES, weights=WEIGHTS)
def test_the_parts_add_up_and_are_nearest_to_their_proportions(
    total: Decimal, weights: dict[str, Decimal]
) -> None:
    parts, whole = apportion(total, weights), sum(weights.values())
    assert sum(parts.values()) == (total if whole else 0)
    for name, part in parts.items():
        assert part % STEP == 0
        assert abs(part * whole - total * weights[name]) < STEP * whole


def test_the_shares_that_a_strategy_wants_are_its_part_of_the_lines_target() -> None:
    told = wishes_of(line({"alpha": "0.2", "beta": "0.1", "gamma": "0"}), Decimal(100_000))
    assert told == (
        Wish("alpha", Decimal("0.2"), Decimal(200)),
        Wish("beta", Decimal("0.1"), Decimal(100)),
    )


def test_wanted_shares_are_cut_to_a_billionth() -> None:
    (only,) = wishes_of(line({"alpha": "0.1"}, target_weight="0.1", price="3"), Decimal(1))
    assert only.shares == Decimal("0.033333333")


def test_a_line_that_no_strategy_wants_has_no_wishes() -> None:
    assert wishes_of(line({}, target_weight="0"), Decimal(1)) == ()


ALPHA_AND_BETA = (wish("alpha", "30", "0.3"), wish("beta", "10", "0.1"))


@pytest.mark.parametrize(
    ("quantity", "held", "parts"),
    [
        ("40", {}, {"alpha": "30", "beta": "10"}),
        ("8", {}, {"alpha": "6", "beta": "2"}),
        ("15", {"alpha": "20"}, {"alpha": "7.5", "beta": "7.5"}),
        ("5", {"alpha": "50"}, {"beta": "5"}),
        ("5", {"alpha": "50", "gamma": "7"}, {"beta": "5"}),
        ("4", {"alpha": "30", "beta": "10"}, {"alpha": "3", "beta": "1"}),
        ("14", {"alpha": "20", "beta": "10"}, {"alpha": "13", "beta": "1"}),
    ],
)
def test_a_purchase_goes_to_those_that_lack_shares_then_by_contribution(
    quantity: str, held: dict[str, str], parts: dict[str, str]
) -> None:
    assert attribute(Side.BUY, Decimal(quantity), ALPHA_AND_BETA, numbers(**held)) == numbers(**parts)


def test_a_purchase_that_nobody_asked_for_is_unassigned() -> None:
    assert attribute(Side.BUY, Decimal(3), (), numbers(alpha="9")) == {UNASSIGNED: Decimal(3)}


@pytest.mark.parametrize(
    ("quantity", "held", "parts"),
    [
        ("9", {"alpha": "36", "beta": "13"}, {"alpha": "6", "beta": "3"}),
        ("3", {"alpha": "36", "beta": "10"}, {"alpha": "3"}),
        ("3", {"alpha": "36", "gamma": "3"}, {"alpha": "2", "gamma": "1"}),
        ("4", {"alpha": "15", "beta": "5"}, {"alpha": "3", "beta": "1"}),
        ("10", {"alpha": "36", "beta": "4"}, {"alpha": "9.529411765", "beta": "0.470588235"}),
        ("50", {"alpha": "36", "beta": "4"}, {"alpha": "36", "beta": "4", UNASSIGNED: "10"}),
        ("50", {UNASSIGNED: "6"}, {UNASSIGNED: "50"}),
        ("50", {}, {UNASSIGNED: "50"}),
    ],
)
def test_a_sale_comes_from_those_that_have_too_much_then_from_all_that_hold(
    quantity: str, held: dict[str, str], parts: dict[str, str]
) -> None:
    assert attribute(Side.SELL, Decimal(quantity), ALPHA_AND_BETA, numbers(**held)) == numbers(**parts)


def test_a_full_exit_sells_what_each_holds() -> None:
    held = numbers(alpha="1.5", beta="2.25")
    assert attribute(Side.SELL, Decimal("3.75"), (), held) == held


WISHES = st.lists(
    st.builds(
        Wish, st.sampled_from(NAMES), st.decimals("0.01", "1", places=4), st.decimals("0", "500", places=9)
    ),
    unique_by=lambda one: one.strategy,
)
HOLDINGS = st.dictionaries(st.sampled_from((*NAMES, UNASSIGNED)), st.decimals("0", "500", places=9))


@given(side=st.sampled_from(list(Side)), quantity=QUANTITIES, wishes=WISHES, held=HOLDINGS)
def test_every_share_of_a_fill_is_somebodys_and_no_lot_is_oversold(
    side: Side, quantity: Decimal, wishes: list[Wish], held: dict[str, Decimal]
) -> None:
    parts = attribute(side, quantity, wishes, held)
    assert sum(parts.values()) == quantity
    assert all(part > 0 for part in parts.values())
    if side is Side.SELL:
        assert all(part <= held[name] for name, part in parts.items() if name != UNASSIGNED)
    if side is Side.BUY and wishes:
        assert set(parts) <= {one.strategy for one in wishes}


@given(pieces=st.lists(QUANTITIES, min_size=1, max_size=6), wishes=WISHES, held=HOLDINGS)
def test_in_how_many_pieces_an_order_is_filled_makes_no_difference(
    pieces: list[Decimal], wishes: list[Wish], held: dict[str, Decimal]
) -> None:
    whole = attribute(Side.BUY, sum(pieces, Decimal(0)), wishes, held)
    now = dict(held)
    for piece in pieces:
        for name, part in attribute(Side.BUY, piece, wishes, now).items():
            now[name] = now.get(name, Decimal(0)) + part
    for name in {*whole, *now}:
        gained = now.get(name, Decimal(0)) - held.get(name, Decimal(0))
        assert abs(gained - whole.get(name, Decimal(0))) <= 2 * STEP * len(pieces)
