"""An indicator as a function of the last close is the indicator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_random import PARAMETER_NAMES, parameters

from alchemiser_dagster.symphony.engine.indicators import indicator_values
from alchemiser_dagster.symphony.explanation.last_close import by_last_close
from alchemiser_dagster.symphony.syntax.conditions import Indicator


@pytest.mark.parametrize("name", PARAMETER_NAMES)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), more=st.integers(0, 30), kind=st.integers(0, 2))
def test_it_agrees_with_the_engine_for_any_last_close(
    name: str, data: st.DataObject, seed: int, more: int, kind: int
) -> None:
    random = np.random.default_rng(seed)
    indicator = Indicator(name, data.draw(parameters(name)))
    bars = indicator.bars_needed + more
    walk = 50.0 * np.cumprod(1 + 0.02 * random.standard_normal(bars))
    closes = (walk, np.round(walk), np.full(bars, 33.3))[kind]
    last = closes[-1] * np.concatenate([[1.0], np.linspace(0.5, 1.5, 21)])
    moved = np.repeat(closes[:, np.newaxis], len(last), axis=1)
    moved[-1] = last
    expected = indicator_values(indicator, moved)[-1]
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(by_last_close(indicator, closes)(last), expected, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("name", ["stdev-return", "stdev-price", "max-drawdown", "cumulative-return"])
def test_what_does_not_move_is_exactly_still(name: str) -> None:
    closes = np.full(9, 33.3)
    assert by_last_close(Indicator(name, (5.0,)), closes)(closes[-1:]) == [0.0]
