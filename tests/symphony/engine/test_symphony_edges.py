"""The edges of the language, by name: sentences of the specification that a random symphony seldom meets."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from support.symphony_fixtures import Evaluate, Frame
from support.symphony_random import NEEDS_TWO, PARAMETER_NAMES

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Evaluation, evaluate, parse
from alchemiser_dagster.symphony.engine.series import indicator_columns, symbol_series
from alchemiser_dagster.symphony.syntax.conditions import Indicator

A, B, C = (f'(asset "{symbol}")' for symbol in "ABC")
WINDOWS = {"window": 3, "short-window": 2, "long-window": 4, "smooth-window": 2, "stdev": 2}
NAMES = tuple(PARAMETER_NAMES)
OF_A_WINDOW = [name for name in NAMES if PARAMETER_NAMES[name] == ("window",)]
REMEMBER = ("exponential-moving-average-price", "rsi")
WALK = (50 * np.cumprod(1 + 0.02 * np.random.default_rng(4).standard_normal(40))).tolist()


def values(name: str, closes: list[float | None], parameters: tuple[float, ...] | None = None) -> list[float]:
    given = tuple(WINDOWS[key] for key in PARAMETER_NAMES[name]) if parameters is None else parameters
    series = symbol_series(np.array(closes, dtype=np.float64))
    return indicator_columns(Indicator(name, given), [series])[0].tolist()


def held(evaluation: Evaluation, row: int = -1) -> dict[str, float] | None:
    return evaluation.target_on(evaluation.sessions[row])


class TestPricesAndTime:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_close_of_today_counts_today(self, name: str) -> None:
        assert values(name, [*WALK[:-1], 0.9 * WALK[-1]])[-1] != values(name, WALK)[-1]

    @pytest.mark.parametrize("name", NAMES)
    def test_the_close_of_tomorrow_does_not(self, name: str) -> None:
        other = [*WALK[:30], *(2 * close for close in WALK[30:])]
        np.testing.assert_array_equal(values(name, other)[:30], values(name, WALK)[:30])

    @pytest.mark.parametrize("name", NAMES)
    def test_a_symbol_with_holes_has_the_values_of_its_own_bars(self, name: str) -> None:
        holes = {0, 1, 7, 8, 9, 20, 39}
        closes = [None if row in holes else close for row, close in enumerate(WALK)]
        found = values(name, closes)
        assert all(math.isnan(found[row]) for row in holes)
        bars = [close for close in closes if close is not None]
        kept = [value for row, value in enumerate(found) if row not in holes]
        np.testing.assert_array_equal(kept, values(name, bars))

    def test_what_is_decided_today_earns_from_tomorrow_on(self, evaluated: Evaluate) -> None:
        # A is held from the second session on, so its rise into that session is not earned
        turn = f'(group "g" [(if (> (current-price "A") 150) [{A}] [{B}])])'
        block = f"(filter (cumulative-return {{:window 1}}) (select-top 1) [{C} {turn}])"
        closes = {"A": [100.0, 200.0, 300.0], "B": [1.0] * 3, "C": [100.0, 101.0, 102.0]}
        assert held(evaluated(block, **closes), 1) == {"C": 1.0}
        assert held(evaluated(block, **closes), 2) == {"A": 1.0}


class TestIndicators:
    @pytest.mark.parametrize("name", OF_A_WINDOW)
    def test_a_window_forgets_what_lies_before_it_and_an_average_does_not(self, name: str) -> None:
        forgets = values(name, [2 * WALK[0], *WALK[1:]])[-1] == values(name, WALK)[-1]
        assert forgets == (name not in REMEMBER)

    def test_returns_in_a_window_of_w_are_w_and_need_w_and_1_closes(self) -> None:
        closes = [100.0, 110.0, 99.0, 108.9]  # +10 %, −10 %, +10 %
        assert values("moving-average-return", closes, (3,))[-1] == pytest.approx(10 / 3)
        assert values("stdev-return", closes, (3,))[-1] == pytest.approx(np.std([10, -10, 10], ddof=1))
        assert math.isnan(values("moving-average-return", closes, (3,))[-2])

    def test_an_exponential_average_is_first_the_mean_of_its_window_and_then_moves(self) -> None:
        found = values("exponential-moving-average-price", [1.0, 2.0, 6.0, 7.0], (3,))
        assert found[2:] == pytest.approx([3.0, 5.0])

    def test_an_oscillator_is_percent_of_its_long_average(self) -> None:
        closes = [1.0, 2.0, 6.0, 7.0]
        assert values("percentage-price-oscillator", closes, (1, 3))[2:] == pytest.approx([100.0, 40.0])
        signal = values("percentage-price-oscillator-signal", closes, (1, 3, 2))
        assert math.isnan(signal[2])
        assert signal[3] == pytest.approx(70.0)

    def test_the_shorter_average_may_be_the_longer_one(self) -> None:
        for name in ("percentage-price-oscillator", "moving-average-convergence-divergence"):
            found = values(name, WALK[:6], (5, 2))
            assert [math.isnan(value) for value in found] == [True] * 4 + [False] * 2

    def test_bands_lie_as_far_below_the_mean_as_above_it(self) -> None:
        low, high = (values(f"{side}-bollinger", WALK, (5, 1.5))[-1] for side in ("lower", "upper"))
        assert (low + high) / 2 == pytest.approx(np.mean(WALK[-5:]))
        assert (high - low) / 3 == pytest.approx(np.std(WALK[-5:], ddof=1))

    def test_a_fall_is_measured_from_the_highest_close_before_it_inside_the_window(self) -> None:
        assert values("max-drawdown", [100.0, 120.0, 90.0, 130.0, 117.0], (5,))[-1] == pytest.approx(25.0)
        assert values("max-drawdown", [100.0, 120.0, 90.0, 130.0, 117.0], (3,))[-1] == pytest.approx(10.0)

    @pytest.mark.parametrize("name", NEEDS_TWO)
    def test_a_deviation_of_one_value_has_no_meaning(self, name: str) -> None:
        given = tuple(WINDOWS[key] if key == "stdev" else 1 for key in PARAMETER_NAMES[name])
        with pytest.raises(StrategyError, match="at least 2"):
            Indicator(name, given)

    def test_a_path_of_cash_stands_still(self, evaluated: Evaluate) -> None:
        for indicator, level in (("rsi {:window 2}", 50), ("stdev-return {:window 2}", 0)):
            block = f"(filter ({indicator}) (select-bottom 1) [[] {A}])"
            evaluation = evaluated(block, A=[100.0, 101.0, 103.0])
            view = evaluation.view(evaluation.sessions[-1])
            assert view.score(evaluation.symphony.root, evaluation.symphony.root.children[0]) == level  # type: ignore[arg-type, union-attr]


class TestWeights:
    @pytest.mark.parametrize(("excess", "legal"), [(0.0000009, True), (0.0000011, False)])
    def test_weights_may_sum_to_1_and_a_millionth_but_not_more(self, excess: float, *, legal: bool) -> None:
        text = f'(defsymphony "w" (weight-specified 0.5 {A} {0.5 + excess!r} {B}))'
        if legal:
            assert parse(text).symbols == ("A", "B")
        else:
            with pytest.raises(StrategyError, match="above 1"):
                parse(text)

    def test_a_weight_vanishes_below_1e_9_and_only_when_all_paths_are_added(
        self, evaluated: Evaluate
    ) -> None:
        assert held(evaluated(f"(weight-specified 0.000000001 {A})", A=[1.0])) == {"A": 1e-9}
        assert held(evaluated(f"(weight-specified 0.0000000009 {A})", A=[1.0])) == {}
        twice = f"(weight-specified 0.0000000006 {A} 0.0000000006 {A})"
        assert held(evaluated(twice, A=[1.0])) == {"A": pytest.approx(1.2e-9)}

    def test_a_child_with_weight_0_need_not_be_defined_inside_a_path_either(
        self, evaluated: Evaluate
    ) -> None:
        unknown = f'(if (> (rsi "A" {{:window 50}}) 0) [{B}])'
        inner = f"(weight-specified 0 {unknown} 1 {A})"
        block = f"(filter (cumulative-return {{:window 1}}) (select-top 1) [{inner}])"
        assert held(evaluated(block, A=[1.0, 2.0], B=[1.0, 1.0])) == {"A": 1.0}

    def test_inverse_volatility_of_a_block_is_that_of_its_own_path(self, evaluated: Evaluate) -> None:
        # half in cash: the path of the block moves half as far as A does
        half = f"(weight-specified 0.5 {A})"
        block = f"(weight-inverse-volatility 3 [{half} {A}])"
        weights = held(evaluated(block, A=[100.0, 110.0, 99.0, 108.9]))
        assert weights == {"A": pytest.approx(2 / 3 * 0.5 + 1 / 3)}

    def test_several_that_stand_still_share_equally_and_the_others_get_nothing(
        self, evaluated: Evaluate
    ) -> None:
        block = f"(weight-inverse-volatility 2 [{A} {B} {C}])"
        closes = {"A": [5.0] * 3, "B": [1.0, 2.0, 1.0], "C": [33.3] * 3}
        assert held(evaluated(block, **closes)) == {"A": 0.5, "C": 0.5}


class TestFilters:
    @pytest.mark.parametrize("side", ["top", "bottom"])
    @pytest.mark.parametrize("number", [3, 8, 9, 30])
    def test_ties_go_to_the_earlier_among_few_and_among_many(
        self, evaluated: Evaluate, side: str, number: int
    ) -> None:
        names = [f"S{place}" for place in range(number)]
        children = " ".join(f'(asset "{name}")' for name in reversed(names))
        block = f"(filter (cumulative-return {{:window 1}}) (select-{side} 2) [{children}])"
        evaluation = evaluated(block, **{name: [1.0, 2.0] for name in names})
        assert held(evaluation) == {names[-1]: 0.5, names[-2]: 0.5}

    @pytest.mark.parametrize("number", [3, 30])
    def test_of_many_too_the_unscored_are_left_out(self, evaluated: Evaluate, number: int) -> None:
        names = [f"S{place}" for place in range(number)]
        children = " ".join(f'(asset "{name}")' for name in names)
        block = f"(filter (cumulative-return {{:window 1}}) (select-bottom 2) [{children}])"
        closes = {name: [None if place else 1.0, 2.0] for place, name in enumerate(names)}
        assert held(evaluated(block, **closes)) == {"S0": 1.0}

    def test_a_filter_of_as_many_as_it_takes_takes_all_that_are_scored(self, evaluated: Evaluate) -> None:
        block = f"(filter (cumulative-return {{:window 1}}) (select-top 2) [{A} {B}])"
        assert held(evaluated(block, A=[1.0, 2.0], B=[None, 2.0])) == {"A": 1.0}

    def test_a_block_that_is_picked_is_held_as_it_is_today(self, evaluated: Evaluate) -> None:
        pair = f'(group "p" [{A} {B}])'
        block = f"(filter (cumulative-return {{:window 1}}) (select-top 2) [{C} {pair}])"
        assert held(evaluated(block, A=[1.0, 2.0], B=[1.0, 1.0], C=[1.0, 1.0])) == {
            "A": 0.25,
            "B": 0.25,
            "C": 0.5,
        }


class TestConditions:
    @pytest.mark.parametrize(
        ("price", "holds"), [(1e-4, True), (math.nextafter(1e-4, 1), False), (math.nextafter(1e-4, 0), True)]
    )
    def test_equal_is_within_1e_4_the_bound_included(
        self, frame: Frame, price: float, *, holds: bool
    ) -> None:
        symphony = parse(f'(defsymphony "e" (if (= (current-price "A") 0) [{A}] [{B}]))')
        evaluation = evaluate(symphony, frame(A=[price], B=[1.0]))
        assert held(evaluation) == {"A" if holds else "B": 1.0}

    def test_other_comparisons_know_no_tolerance(self, frame: Frame) -> None:
        symphony = parse(f'(defsymphony "e" (if (> (current-price "A") 1) [{A}] [{B}]))')
        assert held(evaluate(symphony, frame(A=[math.nextafter(1, 2)], B=[1.0]))) == {"A": 1.0}

    def test_several_blocks_in_either_branch_share_it(self, evaluated: Evaluate) -> None:
        block = f'(if (> (current-price "A") 1) [{A} {B}] [{B} {C}])'
        evaluation = evaluated(block, A=[1.0, 2.0], B=[1.0] * 2, C=[1.0] * 2)
        assert held(evaluation, 0) == {"B": 0.5, "C": 0.5}
        assert held(evaluation, 1) == {"A": 0.5, "B": 0.5}

    def test_a_hole_in_a_symbol_that_is_read_leaves_the_session_undefined(self, evaluated: Evaluate) -> None:
        evaluation = evaluated(f'(if (> (current-price "A") 0) [{B}])', A=[1.0, None, 1.0], B=[1.0] * 3)
        assert [held(evaluation, row) for row in range(3)] == [{"B": 1.0}, None, {"B": 1.0}]


class TestPaths:
    def defined(self, evaluated: Evaluate, child: str, **closes: list[float | None]) -> list[bool]:
        block = f"(filter (cumulative-return {{:window 1}}) (select-top 1) [{child}])"
        return evaluated(block, **closes).target_weights.notna().all(axis=1).tolist()

    def test_a_hole_in_what_a_filter_did_not_pick_does_no_harm(self, evaluated: Evaluate) -> None:
        inner = f'(group "g" [(filter (current-price) (select-top 1) [{A} {B}])])'
        closes = {"A": [9.0, 9.0, 9.0, 9.0], "B": [1.0, 1.0, None, 1.0]}
        assert self.defined(evaluated, inner, **closes) == [False, True, True, True]

    def test_a_hole_in_what_inverse_volatility_gave_nothing_does_no_harm(self, evaluated: Evaluate) -> None:
        inner = f"(weight-inverse-volatility 2 [{A} {B}])"
        closes = {"A": [5.0] * 6, "B": [1.0, 2.0, 1.0, 1.5, None, 2.0]}
        # undefined where B has no bar, but what A earned into the next session is known
        assert self.defined(evaluated, inner, **closes) == [False, False, False, True, False, False]

    def test_the_session_after_an_undefined_one_starts_anew(self, evaluated: Evaluate) -> None:
        inner = f'(group "g" [(if (> (current-price "B") 0) [{A}])])'
        closes = {"A": [1.0, 2.0, 3.0, 4.0, 5.0], "B": [1.0, 1.0, None, 1.0, 1.0]}
        assert self.defined(evaluated, inner, **closes) == [False, True, False, False, True]

    def test_a_filter_of_groups_of_filters_of_groups(self, evaluated: Evaluate) -> None:
        pair = f'(group "pair" [{A} {B}])'
        inner = f'(group "best" [(filter (cumulative-return {{:window 1}}) (select-top 1) [{pair} {C}])])'
        block = f"(filter (cumulative-return {{:window 1}}) (select-bottom 1) [{inner} {B}])"
        closes = {"A": [1.0, 1.3, 1.3, 1.3], "B": [1.0, 1.1, 1.1, 1.32], "C": [1.0, 1.1, 1.32, 1.32]}
        # pair earns 20 %, 0 %, 10 %; best holds pair, then C, then pair: it earns 0 % and then 0 %
        evaluation = evaluated(block, **closes)
        assert held(evaluation, 2) == {"C": 1.0}  # 0 % each: the earlier wins, and holds C today
        assert held(evaluation, 3) == {"A": 0.5, "B": 0.5}


class TestTrading:
    def test_a_threshold_is_points_and_must_be_passed(self, evaluated: Evaluate) -> None:
        closes = {"A": [1.0, 3.0], "B": [1.0, 1.0]}  # half of it drifts to three quarters
        halves = f"[{A} {B}]"
        assert len(evaluated(halves, "{:rebalance-threshold 0.25}", **closes).trades_on) == 1
        assert len(evaluated(halves, "{:rebalance-threshold 0.2499999}", **closes).trades_on) == 2

    def test_a_symbol_that_leaves_is_traded_however_little_it_was(self, evaluated: Evaluate) -> None:
        block = f'(weight-specified 0.999 {A} 0.001 (if (> (current-price "C") 1) [{B}]))'
        evaluation = evaluated(
            block, "{:rebalance-threshold 0.9}", A=[1.0] * 3, B=[1.0] * 3, C=[2.0, 2.0, 1.0]
        )
        assert evaluation.trades_on.tolist() == evaluation.sessions[[0, 2]].tolist()

    def test_the_first_session_ever_trades_inside_its_period(self, frame: Frame) -> None:
        closes = frame(start="2024-01-17", A=[1.0] * 3)
        for frequency in ("weekly", "monthly", "quarterly", "yearly"):
            symphony = parse(f'(defsymphony "f" {{:rebalance-frequency :{frequency}}} {A})')
            assert evaluate(symphony, closes).trades_on.tolist() == [pd.Timestamp("2024-01-17")]


def test_two_spellings_of_a_symbol_are_one_holding(frame: Frame) -> None:
    symphony = parse('(defsymphony "b" (asset "BRK/B") (asset "BRK.B") (asset "EQUITIES::BRK/B//USD") [])')
    closes = frame(A=[1.0]).rename(columns={"A": "BRK/B"})
    assert held(evaluate(symphony, closes)) == {"BRK.B": 0.75}
