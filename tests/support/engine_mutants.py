"""Engines that are wrong in one way each: what a person could mistake in the specification.

Each mutation replaces one function of the engine. One that no longer finds its function fails by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine import columns, indicators, plan, rebalancing, series, shares, weights
from alchemiser_dagster.symphony.engine.columns import Columns, Truth
from alchemiser_dagster.symphony.engine.graph import MixNode, PathSeries
from alchemiser_dagster.symphony.syntax.nesting import parents_first

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Patch: TypeAlias = pytest.MonkeyPatch
Mutation: TypeAlias = Callable[[Patch], None]


def population_deviation(patch: Patch) -> None:
    def deviation(values: Floats, window: int) -> Floats:
        return np.sqrt(indicators.window_moments(values, window)[1] / window)

    patch.setattr(indicators, "_sample_deviation", deviation)


def one_return_less_in_the_mean(patch: Patch) -> None:
    _shorten(patch, "moving-average-return", 1)


def one_return_less_in_the_deviation(patch: Patch) -> None:
    _shorten(patch, "stdev-return", 2)


def one_return_less_in_the_sum(patch: Patch) -> None:
    _shorten(patch, "cumulative-return", 1)


def _shorten(patch: Patch, name: str, least: int) -> None:
    kernel = indicators._KERNELS[name]
    shorter = lambda closes, given: kernel(closes, (max(given[0] - 1, least),))  # noqa: E731
    patch.setitem(indicators._KERNELS, name, shorter)


def simple_averages_in_rsi(patch: Patch) -> None:
    patch.setattr(indicators, "wilder_average", indicators.window_means)


def a_still_series_without_strength(patch: Patch) -> None:
    patch.setattr(indicators, "relative_strength", lambda gain, loss: 100.0 * gain / (gain + loss))


def averages_seeded_with_the_first_close(patch: Patch) -> None:
    def average(values: Floats, window: int) -> Floats:
        found = values.copy()
        for row in range(1, len(values)):
            found[row] = found[row - 1] + (values[row] - found[row - 1]) * 2 / (window + 1)
        found[: window - 1] = np.nan
        return found

    patch.setattr(indicators, "exponential_average", average)


def drawdown_from_the_first_close(patch: Patch) -> None:
    def falls(values: Floats, window: int) -> Floats:
        found = np.full_like(values, np.nan)
        for row in range(window - 1, len(values)):
            first = values[row - window + 1]
            found[row] = np.max((first - values[row - window + 1 : row + 1]) / first, axis=0)
        return found

    patch.setattr(indicators, "window_falls", falls)


def today_left_out(patch: Patch) -> None:
    values_of = series.indicator_values

    def yesterday(*given: Any) -> Floats:
        values = values_of(*given)
        return np.concatenate([np.full_like(values[:1], np.nan), values[:-1]])

    patch.setattr(series, "indicator_values", yesterday)


def holes_filled(patch: Patch) -> None:
    series_of = columns.symbol_series
    filled = lambda closes: series_of(pd.Series(closes).ffill().to_numpy())  # noqa: E731
    patch.setattr(columns, "symbol_series", filled)


def undefined_as_0(patch: Patch) -> None:
    found = columns.indicator_columns
    patch.setattr(columns, "indicator_columns", lambda *given: [np.nan_to_num(one) for one in found(*given)])


def present_holdings_scored(patch: Patch) -> None:
    compute = Columns._compute_indicators

    def scored(self: Columns, stage: plan.Stage) -> None:
        compute(self, stage)
        for indicator, numbers in stage.indicators.items():
            for number in numbers:
                node = self.graph.indicators.nodes[number].series
                if isinstance(node, PathSeries):
                    self._indicators[number] = _mean_of_members(self, indicator, node.block)

    patch.setattr(Columns, "_compute_indicators", scored)


def _descent(found: Columns, block: int) -> tuple[int, ...]:
    nodes = found.graph.blocks.nodes
    return parents_first(block, lambda number: plan.children_of(nodes[number]))


def _mean_of_members(found: Columns, indicator: Any, block: int) -> Floats:
    symbols = tuple(found.closes.columns)
    alone = SimpleNamespace(
        graph=SimpleNamespace(roots=[block], blocks=found.graph.blocks),
        plan=SimpleNamespace(descents=[_descent(found, block)]),
        **{name: getattr(found, name) for name in ("closes", "conditions", "defined", "shares")},
    )
    held = weights.target_weights(alone, 0, symbols)  # type: ignore[arg-type]
    members = columns.indicator_columns(
        indicator, [columns.symbol_series(found.closes.columns[symbol]) for symbol in symbols]
    )
    return np.sum(np.where(held == 0, 0.0, held * np.stack(members, axis=1)), axis=1)


def path_moved_by_the_weights_of_today(patch: Patch) -> None:
    path_of = columns.path_series
    patch.setattr(
        columns,
        "path_series",
        lambda defined, earned: path_of(defined, np.append(earned[1:], 0.0)[: len(earned)]),
    )


def path_never_begun_anew(patch: Patch) -> None:
    def path(defined: Flags, earned: Floats) -> series.Series:
        rows = np.flatnonzero(defined)
        moves = np.nan_to_num(earned)[rows[1:] - 1] * defined[rows[1:] - 1]
        closes = 100.0 * np.cumprod(np.append(1.0, 1.0 + moves)) if len(rows) else np.empty(0)
        stretches = (series.Stretch(closes, rows),) if len(rows) else ()
        return series.Series(stretches, len(defined))

    patch.setattr(columns, "path_series", path)


def cash_that_earns(patch: Patch) -> None:
    earnings = Columns._mixed_earnings

    def with_interest(self: Columns, node: MixNode) -> Floats:
        return earnings(self, node) + 0.0002 * (1 - sum(node.weights))

    patch.setattr(Columns, "_mixed_earnings", with_interest)


def ties_reversed(patch: Patch) -> None:
    choose = columns.chosen_shares

    def backwards(scores: Sequence[Floats], *given: Any) -> shares.Shares:
        found = choose(scores[::-1], *given)
        return replace(found, takes_part=found.takes_part[::-1])

    patch.setattr(columns, "chosen_shares", backwards)


def the_unscored_chosen_last(patch: Patch) -> None:
    choose = columns.chosen_shares

    def all_scored(scores: Sequence[Floats], sessions: int, side: Any, count: int) -> shares.Shares:
        worst = -np.inf if side == "top" else np.inf
        return choose([np.nan_to_num(score, nan=worst) for score in scores], sessions, side, count)

    patch.setattr(columns, "chosen_shares", all_scored)


def inverse_variance(patch: Patch) -> None:
    share = columns.inverse_shares
    patch.setattr(
        columns,
        "inverse_shares",
        lambda deviations, sessions: share([one * one for one in deviations], sessions),
    )


def above_or_equal_for_above(patch: Patch) -> None:
    _other_operator(patch, ">", ">=")


def below_for_below_or_equal(patch: Patch) -> None:
    _other_operator(patch, "<=", "<")


def _other_operator(patch: Patch, of: str, other: str) -> None:
    compare = columns.compared

    def compared(operator: Any, *given: Any) -> Flags:
        return compare(other if operator == of else operator, *given)  # type: ignore[arg-type]

    patch.setattr(columns, "compared", compared)


def equality_without_tolerance(patch: Patch) -> None:
    patch.setattr(columns, "EQUALITY_TOLERANCE", 1e-12)


def an_alternative_that_one_part_saves(patch: Patch) -> None:
    compound = Columns._compound

    def saved(self: Columns, node: Any) -> Truth:
        found = compound(self, node)
        holds = np.logical_or.reduce([self.conditions[part].holds for part in node.conditions])
        return Truth(holds, found.defined | holds) if node.connective == "or" else found

    patch.setattr(Columns, "_compound", saved)


def weights_that_do_not_multiply(patch: Patch) -> None:
    passed_on = weights._passed_on

    def whole(found: Columns, block: int, node: Any, amount: Floats) -> Any:
        there = np.where(amount > 0, 1.0, 0.0)
        return passed_on(found, block, node, there if isinstance(node, MixNode) else amount)

    patch.setattr(weights, "_passed_on", whole)


def the_last_session_of_a_period(patch: Patch) -> None:
    begins = rebalancing.period_begins
    patch.setattr(rebalancing, "period_begins", lambda *given: np.append(begins(*given)[1:], True))


def a_threshold_of_the_weight(patch: Patch) -> None:
    def must_trade(threshold: float, trade: int, rows: slice, targets: Floats, closes: Floats) -> Flags:
        held = rebalancing._drifted(targets[[trade]], closes[[trade]], closes[rows])
        other = (targets[rows] > 0) != (targets[trade] > 0)
        return (other | (np.abs(held - targets[rows]) > threshold * targets[rows])).any(axis=1)

    patch.setattr(rebalancing, "_must_trade", must_trade)


def a_threshold_that_overlooks_other_symbols(patch: Patch) -> None:
    def must_trade(threshold: float, trade: int, rows: slice, targets: Floats, closes: Floats) -> Flags:
        held = rebalancing._drifted(targets[[trade]], closes[[trade]], closes[rows])
        return (np.abs(held - targets[rows]) > threshold).any(axis=1)

    patch.setattr(rebalancing, "_must_trade", must_trade)


def holdings_that_do_not_drift(patch: Patch) -> None:
    patch.setattr(rebalancing, "_drifted", lambda held, _, now: np.broadcast_to(held, now.shape))


MUTATIONS: tuple[Mutation, ...] = (
    population_deviation,
    one_return_less_in_the_mean,
    one_return_less_in_the_deviation,
    one_return_less_in_the_sum,
    simple_averages_in_rsi,
    a_still_series_without_strength,
    averages_seeded_with_the_first_close,
    drawdown_from_the_first_close,
    today_left_out,
    holes_filled,
    undefined_as_0,
    present_holdings_scored,
    path_moved_by_the_weights_of_today,
    path_never_begun_anew,
    cash_that_earns,
    ties_reversed,
    the_unscored_chosen_last,
    inverse_variance,
    above_or_equal_for_above,
    below_for_below_or_equal,
    equality_without_tolerance,
    an_alternative_that_one_part_saves,
    weights_that_do_not_multiply,
    the_last_session_of_a_period,
    a_threshold_of_the_weight,
    a_threshold_that_overlooks_other_symbols,
    holdings_that_do_not_drift,
)
