"""Durations in short: the percentiles are those that NumPy computes, and of nothing there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.operations.percentiles import distribution

SECONDS = st.floats(min_value=0, max_value=1e6)


def test_of_nothing_there_is_nothing() -> None:
    #
    assert distribution([]) is None


@given(st.lists(SECONDS, min_size=1, max_size=50))
def test_the_percentiles_are_those_of_numpy(values: list[float]) -> None:
    found = distribution(values)
    assert found is not None
    assert (found.count, found.worst) == (len(values), max(values))
    assert found.median == pytest.approx(float(np.percentile(values, 50)))
    assert found.p95 == pytest.approx(float(np.percentile(values, 95)))
    assert found.total == pytest.approx(sum(values))
    assert min(values) <= found.median <= found.p95 <= found.worst or found.p95 == pytest.approx(found.worst)
