"""The arithmetic of the guards of an order: right up to each limit, and not a cent or a share beyond it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gate_cases import admitted, case, done, ended, listed, order, view

from alchemiser_dagster.ledger.admissions import AdmittedOrder
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.order import OrderState, OrderType
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk import order_guards as guards
from alchemiser_dagster.risk.order_case import OrderCase
from alchemiser_dagster.risk.order_guards import ORDER_GUARDS, OrderGuard

D = Decimal
SELL = order(side=Side.SELL)
HELD = {"AAA": ("100", "100")}
MARKET = order(order_type=OrderType.MARKET, limit_price=None, bid=D(99), ask=D(101))
REPLACING = order(replaces="old")
FRACTION = order(quantity=D("1.5"))


def limited(price: str) -> OrderCase:
    return case(order(limit_price=D(price)))


def of(asked: OrderCase, **fields: object) -> OrderCase:
    return replace(asked, **fields)


def working(name: str, **fields: object) -> AdmittedOrder:
    return admitted(name, state=OrderState.ACKNOWLEDGED, **fields)


ALLOWED: tuple[tuple[OrderGuard, OrderCase], ...] = (
    (guards.of_its_line, case()),
    (guards.within_its_line, case(line="100")),
    (guards.within_its_line, case(order(quantity=D(60)), [ended("old", "40")])),
    (guards.within_its_line, case(order(quantity=D(40)), [working("old", quantity=D(60))])),
    (guards.within_its_line, case(REPLACING, [working("old")])),
    (guards.within_its_line, case(order(), [working("old", line_id="another")])),
    (guards.within_its_line, case(order(), [working("old", plan_id="another")])),
    (guards.quantity_is_sane, case(FRACTION)),
    (guards.quantity_is_sane, case(order(quantity=D("0.000000001")))),
    (guards.quantity_is_sane, of(case(), asset=AssetInfo(symbol="AAA", tradable=True, fractionable=False))),
    (guards.price_is_known, case(MARKET)),
    (guards.limit_is_on_tick, limited("100.01")),
    (guards.limit_is_on_tick, limited("0.9999")),
    (guards.limit_is_on_tick, case(MARKET)),
    (guards.price_is_within_collar, limited("112")),
    (guards.price_is_within_collar, limited("88")),
    (guards.notional_is_within_limit, case(max_order_notional=D(10_000))),
    (guards.notional_is_within_limit, of(case(max_order_notional=D(1)), is_way_out=True)),
    (guards.share_is_within_limit, case(max_order_share=D("0.1"))),
    (guards.share_is_within_limit, of(case(max_order_share=D("0.01")), is_way_out=True)),
    (guards.share_is_within_limit, case(seen=view(D(90_000), HELD), max_order_share=D("0.1"))),
    (guards.symbol_is_not_denied, case(denied_symbols=("BBB",))),
    (guards.symbol_is_not_locked, of(case(), locked={"BBB": "why"})),
    (guards.symbol_is_tradable, case()),
    (guards.sells_what_is_held, case(SELL, seen=view(held=HELD))),
    (
        guards.sells_what_is_held,
        case(replace(SELL, quantity=D(60)), [working("o", side=Side.SELL, quantity=D(40))], view(held=HELD)),
    ),
    (
        guards.sells_what_is_held,
        case(
            replace(SELL, quantity=D(60)),
            [ended("o", "40", side=Side.SELL)],
            view(held={"AAA": ("60", "100")}, filled={"o": D(40)}),
        ),
    ),
    (
        guards.sells_what_is_held,
        case(replace(SELL, replaces="o"), [working("o", side=Side.SELL)], view(held=HELD)),
    ),
    (guards.sells_what_is_held, case(order())),
    (
        guards.sells_what_is_held,
        case(
            replace(SELL, quantity=D(70)), seen=view(held=HELD, open_orders=[listed("AAA", Side.SELL, "30")])
        ),
    ),
    (
        guards.sells_what_is_held,
        case(
            replace(SELL, quantity=D(60)),
            [working("o", side=Side.SELL, quantity=D(40))],
            view(
                held=HELD,
                open_orders=[listed("AAA", Side.SELL, "40", "o"), listed("BBB", Side.SELL, "9")],
            ),
        ),
    ),
    (guards.nothing_opposite_is_open, case(seen=view(open_orders=[listed("AAA", Side.BUY, "1")]))),
    (guards.nothing_opposite_is_open, case(seen=view(open_orders=[listed("BBB", Side.SELL, "1")]))),
    (guards.nothing_opposite_is_open, case(before=[ended("o", "1", side=Side.SELL)])),
    (guards.is_not_done_already, case(before=[done("o")], max_trades_per_symbol=1)),
    (
        guards.is_not_done_already,
        case(before=[ended("o", "99", line_id="another")], max_trades_per_symbol=1),
    ),
    (
        guards.is_not_done_already,
        case(before=[done("o", line_id="another", side=Side.SELL)], max_trades_per_symbol=1),
    ),
    (guards.is_not_done_already, case(before=[done("o", line_id="another")], max_trades_per_symbol=2)),
    (guards.buying_power_suffices, case(seen=view(buying_power=D(10_000)))),
    (
        guards.buying_power_suffices,
        case(before=[working("o")], seen=view(buying_power=D(10_000), filled={"o": D(0)})),
    ),
    (guards.buying_power_suffices, case(SELL, seen=view(buying_power=D(0)))),
    (guards.exposure_is_within_limit, case(max_gross_exposure=D("0.1"))),
    (guards.exposure_is_within_limit, case(SELL, max_gross_exposure=D("0.0001"))),
    (
        guards.exposure_is_within_limit,
        case(order(replaces="o"), [working("o")], max_gross_exposure=D("0.1")),
    ),
    (
        guards.exposure_is_within_limit,
        case(
            before=[done("o", symbol="BBB")],
            seen=view(D(90_000), {"BBB": ("100", "100")}, {"o": D(100)}),
            max_gross_exposure=D("0.2"),
        ),
    ),
    (guards.turnover_is_within_limit, case(max_turnover=D("0.1"))),
    (guards.turnover_is_within_limit, case(before=[ended("o", "50")], max_turnover=D("0.15"))),
    (guards.turnover_is_within_limit, case(order(replaces="o"), [working("o")], max_turnover=D("0.1"))),
    (
        guards.buying_power_suffices,
        case(REPLACING, [working("old")], view(filled={"old": D(0)}, buying_power=D(1_000))),
    ),
    (
        guards.buying_power_suffices,
        case(
            REPLACING,
            [working("old"), working("other"), working("others", replaces="other")],
            view(filled={"old": D(0), "other": D(0)}, buying_power=D(1_000)),
        ),
    ),
    (guards.orders_are_within_limit, of(case(before=[done("old")], max_orders=1), is_way_out=True)),
    (guards.orders_are_within_limit, case(before=[done("o")], max_orders=2)),
)

REFUSED: tuple[tuple[OrderGuard, OrderCase, str], ...] = (
    (guards.of_its_line, of(case(), line=None), "the plan has no such line"),
    (guards.of_its_line, of(case(), line=case(order(symbol="BBB")).line), "the plan has no such line"),
    (guards.of_its_line, of(case(), line=case(SELL).line), "the plan has no such line"),
    (guards.within_its_line, case(line="99.999999999"), "100 shares beside 0 others"),
    (guards.within_its_line, of(case(), line=None), "more than the line's 0"),
    (guards.within_its_line, case(order(quantity=D(61)), [ended("old", "40")]), "61 shares beside 40"),
    (
        guards.within_its_line,
        case(order(quantity=D(41)), [working("old", quantity=D(60), filled_quantity=D(60))]),
        "41 shares beside 60",
    ),
    (
        guards.within_its_line,
        case(REPLACING, [working("old", filled_quantity=D(1))]),
        "100 shares beside 1 others",
    ),
    (guards.quantity_is_sane, case(order(quantity=D(0))), "0 is no quantity"),
    (guards.quantity_is_sane, case(order(quantity=D(-1))), "-1 is no quantity"),
    (guards.quantity_is_sane, case(order(quantity=D("1.0000000001"))), "is no quantity"),
    (guards.quantity_is_sane, of(case(FRACTION), asset=None), "1.5 is a fraction"),
    (
        guards.quantity_is_sane,
        of(case(FRACTION), asset=AssetInfo(symbol="AAA", tradable=True, fractionable=False)),
        "1.5 is a fraction",
    ),
    (guards.price_is_known, case(replace(MARKET, ask=None)), "it has no price"),
    (guards.price_is_known, case(replace(MARKET, side=Side.SELL, bid=None)), "it has no price"),
    (guards.price_is_known, limited("0"), "it has no price"),
    (guards.limit_is_on_tick, limited("100.001"), "100.001 is not on the tick"),
    (guards.limit_is_on_tick, limited("0.99995"), "0.99995 is not on the tick"),
    (guards.price_is_within_collar, limited("112.01"), "further than 12% from the planned 100.0"),
    (guards.price_is_within_collar, limited("87.99"), "further than 12% from the planned 100.0"),
    (guards.price_is_within_collar, of(case(), line=None), "there is no price to compare"),
    (guards.price_is_within_collar, case(replace(MARKET, ask=None)), "there is no price to compare"),
    (
        guards.notional_is_within_limit,
        case(max_order_notional=D("9999.99")),
        "10,000.00 USD is more than the 9,999.99 allowed",
    ),
    (guards.share_is_within_limit, case(max_order_share=D("0.09999")), "10,000.00 USD is more than 9.999%"),
    (guards.symbol_is_not_denied, case(denied_symbols=("AAA",)), "it is on the deny list"),
    (guards.symbol_is_not_locked, of(case(), locked={"AAA": "why"}), "it is locked by a break: why"),
    (guards.symbol_is_tradable, of(case(), asset=None), "the broker does not trade it"),
    (
        guards.symbol_is_tradable,
        of(case(), asset=AssetInfo(symbol="AAA", tradable=False, fractionable=True)),
        "the broker does not trade it",
    ),
    (guards.sells_what_is_held, case(SELL), "100 shares beside 0 others are more than the 0"),
    (
        guards.sells_what_is_held,
        case(replace(SELL, quantity=D(61)), [working("o", side=Side.SELL, quantity=D(40))], view(held=HELD)),
        "61 shares beside 40 others are more than the 100",
    ),
    (
        guards.sells_what_is_held,
        case(replace(SELL, quantity=D(61)), [ended("o", "40", side=Side.SELL)], view(held=HELD)),
        "61 shares beside 40 others are more than the 100",
    ),
    (
        guards.sells_what_is_held,
        case(
            replace(SELL, quantity=D(71)), seen=view(held=HELD, open_orders=[listed("AAA", Side.SELL, "30")])
        ),
        "71 shares beside 30 others are more than the 100",
    ),
    (
        guards.nothing_opposite_is_open,
        case(seen=view(open_orders=[listed("AAA", Side.SELL, "1")])),
        "an order to sell it is open",
    ),
    (
        guards.nothing_opposite_is_open,
        case(before=[admitted("o", side=Side.SELL, state=OrderState.UNKNOWN)]),
        "an order to sell it is open",
    ),
    (guards.nothing_opposite_is_open, case(SELL, [working("o")]), "an order to buy it is open"),
    (
        guards.is_not_done_already,
        case(before=[done("o", line_id="another")], max_trades_per_symbol=1),
        "the session's orders to buy it were done 1 times already",
    ),
    (
        guards.is_not_done_already,
        case(before=[done("o", plan_id="another")], max_trades_per_symbol=1),
        "were done 1 times already",
    ),
    (
        guards.is_not_done_already,
        case(
            before=[ended("o", "40", plan_id="a"), done("p", "60", plan_id="a", quantity=D(60))],
            max_trades_per_symbol=1,
        ),
        "were done 1 times already",
    ),
    (
        guards.is_not_done_already,
        case(before=[admitted("o", plan_id="another")], max_trades_per_symbol=1),
        "were done 1 times already",
    ),
    (
        guards.buying_power_suffices,
        case(seen=view(buying_power=D("9999.99"))),
        "10,000.00 USD is more than the buying power of 9,999.99",
    ),
    (
        guards.buying_power_suffices,
        case(REPLACING, [working("old")], view(buying_power=D(10_000))),
        "20,000.00 USD is more than the buying power of 10,000.00",
    ),
    (
        guards.buying_power_suffices,
        case(before=[working("o")], seen=view(buying_power=D(19_999))),
        "20,000.00 USD is more than the buying power of 19,999.00",
    ),
    (
        guards.exposure_is_within_limit,
        case(max_gross_exposure=D("0.09999")),
        "10,000.00 USD would be invested, more than 9.999% of 100,000.00",
    ),
    (
        guards.exposure_is_within_limit,
        case(before=[working("o", symbol="BBB")], max_gross_exposure=D("0.19999")),
        "20,000.00 USD would be invested",
    ),
    (
        guards.exposure_is_within_limit,
        case(before=[done("o", symbol="BBB")], max_gross_exposure=D("0.19999")),
        "20,000.00 USD would be invested",
    ),
    (
        guards.exposure_is_within_limit,
        case(seen=view(D(80_000), {"CCC": ("200", "100")}), max_gross_exposure=D("0.29999")),
        "30,000.00 USD would be invested",
    ),
    (
        guards.turnover_is_within_limit,
        case(max_turnover=D("0.09999")),
        "a turnover of 10,000.00 USD is more than 0.09999 times",
    ),
    (
        guards.turnover_is_within_limit,
        case(before=[done("o", side=Side.SELL)], max_turnover=D("0.19999")),
        "a turnover of 20,000.00 USD",
    ),
    (
        guards.turnover_is_within_limit,
        case(before=[ended("o", "50", "90")], max_turnover=D("0.144")),
        "a turnover of 14,500.00 USD",
    ),
    (
        guards.turnover_is_within_limit,
        case(before=[working("o")], max_turnover=D("0.199")),
        "a turnover of 20,000.00 USD",
    ),
    (
        guards.orders_are_within_limit,
        case(before=[done("o"), ended("p", "0")], max_orders=2),
        "the session had 2 orders already",
    ),
)


def test_each_guard_is_tried_on_both_sides_of_its_limit() -> None:
    #
    assert {guard.__name__ for guard, _ in ALLOWED} == set(ORDER_GUARDS)
    assert {guard.__name__ for guard, _, _ in REFUSED} == set(ORDER_GUARDS)


@pytest.mark.parametrize(("guard", "asked"), ALLOWED, ids=[guard.__name__ for guard, _ in ALLOWED])
def test_up_to_the_limit_an_order_may_go(guard: OrderGuard, asked: OrderCase) -> None:
    assert guard(asked) is None


@pytest.mark.parametrize(
    ("guard", "asked", "reason"), REFUSED, ids=[guard.__name__ for guard, _, _ in REFUSED]
)
def test_beyond_the_limit_it_may_not_and_is_told_by_how_much(
    guard: OrderGuard, asked: OrderCase, reason: str
) -> None:
    #
    assert reason in str(guard(asked))


QUANTITIES = st.decimals(min_value=D("0.01"), max_value=D(500), places=2)
PASTS = st.lists(
    st.builds(
        lambda name, quantity, part, side, state: admitted(
            f"past-{name}",
            quantity=quantity,
            filled_quantity=(quantity * part / 10).quantize(D("0.000000001")),
            average_price=D(100),
            side=side,
            state=state,
            symbol="BBB",
            line_id=f"line-{name}",
        ),
        st.integers(0, 10**9),
        QUANTITIES,
        st.integers(0, 10),
        st.sampled_from(Side),
        st.sampled_from([state for state in OrderState if state is not OrderState.PLANNED]),
    ),
    max_size=8,
)


@given(before=PASTS, quantity=QUANTITIES, limit=st.decimals(min_value=D("0.001"), max_value=4, places=3))
def test_turnover_counts_what_was_and_what_can_still_be_traded(
    before: list[AdmittedOrder], quantity: D, limit: D
) -> None:
    traded = sum((one.order.filled_quantity for one in before), D(0))
    open_still = sum((one.order.unfilled for one in before if not one.order.state.is_terminal), D(0))
    asked = case(order(quantity=quantity), before, max_turnover=limit)
    is_within = (traded + open_still + quantity) * 100 <= limit * 100_000
    assert (guards.turnover_is_within_limit(asked) is None) is is_within


@given(before=PASTS, quantity=QUANTITIES, limit=st.decimals(min_value=D("0.001"), max_value=1, places=3))
def test_exposure_counts_purchases_that_no_look_has_shown_yet(
    before: list[AdmittedOrder], quantity: D, limit: D
) -> None:
    bought = [one.order for one in before if one.order.side is Side.BUY]
    coming = sum((one.filled_quantity if one.state.is_terminal else one.quantity for one in bought), D(0))
    asked = case(order(quantity=quantity), before, max_gross_exposure=limit)
    is_within = (coming + quantity) * 100 <= limit * 100_000
    assert (guards.exposure_is_within_limit(asked) is None) is is_within


@given(filled=st.lists(st.decimals(min_value=0, max_value=40, places=3), max_size=4), quantity=QUANTITIES)
def test_a_line_gets_no_more_than_it_asked_for_however_many_attempts_it_takes(
    filled: list[D], quantity: D
) -> None:
    #
    before = [ended(f"attempt-{number}", str(part)) for number, part in enumerate(filled)]
    asked = case(order(quantity=quantity), before)
    assert (guards.within_its_line(asked) is None) is (sum(filled, D(0)) + quantity <= 100)


def test_what_others_filled_since_the_look_moves_under_it() -> None:
    # their shares may be there already, and be counted once more
    assert not guards.is_moving(case(order(), [done("old")], view(filled={"old": D(100)})))
    assert guards.is_moving(case(order(), [done("old")], view(filled={"old": D(40)})))
    assert guards.is_moving(case(order(), [working("old")], view(filled={"old": D(0)})))
