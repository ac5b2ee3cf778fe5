"""What an average remembers continues it, bit for bit, over histories of any length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alchemiser_dagster.symphony.engine.indicators import indicator_values
from alchemiser_dagster.symphony.engine.recursions import decayed_sum
from alchemiser_dagster.symphony.live.memory import memory_of, remembered
from alchemiser_dagster.symphony.syntax.conditions import Indicator

RECURSIVE = (
    ("exponential-moving-average-price", (3.0,)),
    ("rsi", (5.0,)),
    ("rsi", (1.0,)),
    ("percentage-price-oscillator", (3.0, 7.0)),
    ("percentage-price-oscillator-signal", (7.0, 3.0, 4.0)),
    ("moving-average-convergence-divergence", (2.0, 6.0)),
    ("moving-average-convergence-divergence-signal", (2.0, 6.0, 3.0)),
)


@settings(deadline=None)
@given(
    lengths=st.lists(st.integers(1, 200), min_size=1, max_size=4),
    keep=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_decayed_sum_goes_on_as_if_it_had_never_stopped(lengths: list[int], keep: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    histories = [random.standard_normal(length) for length in lengths]
    following = random.standard_normal(len(lengths))
    sums = remembered(histories, keep).followed_by(following)
    for history, value, total in zip(histories, following, sums, strict=True):
        whole = decayed_sum(np.append(history, value)[:, np.newaxis], keep)
        assert total == whole[-1, 0]


@pytest.mark.parametrize(("name", "parameters"), RECURSIVE)
@pytest.mark.parametrize("extra", [0, 1, 2, 3, 100])
def test_an_indicator_goes_on_as_if_all_its_closes_were_seen_again(
    name: str, parameters: tuple[float, ...], extra: int
) -> None:
    indicator = Indicator(name, parameters)
    random = np.random.default_rng(extra)
    lengths = [indicator.bars_needed + extra, indicator.bars_needed + 2 * extra]
    histories = [50 * np.cumprod(1 + 0.01 * random.standard_normal(length)) for length in lengths]
    following = np.array([51.0, 49.0])
    memory = memory_of(indicator, histories)
    assert memory is not None
    values = memory.followed_by(following)
    for history, close, value in zip(histories, following, values, strict=True):
        whole = indicator_values(indicator, np.append(history, close)[:, np.newaxis])
        assert value == whole[-1, 0]


@pytest.mark.parametrize("name", ["max-drawdown", "stdev-return", "cumulative-return"])
def test_a_formula_of_a_window_remembers_nothing(name: str) -> None:
    assert memory_of(Indicator(name, (5.0,)), [np.ones(10)]) is None


def test_an_average_of_a_still_series_stays_exactly_there() -> None:
    memory = memory_of(Indicator("rsi", (3.0,)), [np.full(20, 33.3)])
    assert memory is not None
    with np.errstate(invalid="ignore"):
        assert memory.followed_by(np.array([33.3])) == 50.0
