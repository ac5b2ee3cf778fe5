"""Series side by side in tables, and what is known of a series on a session."""

from __future__ import annotations

import numpy as np
import pytest
from support.symphony_random import random_closes

from alchemiser_dagster.symphony.engine import series
from alchemiser_dagster.symphony.engine.series import indicator_columns, path_series, symbol_series
from alchemiser_dagster.symphony.syntax.conditions import Indicator

SOME = [
    symbol_series(column.to_numpy()) for seed in range(6) for _, column in random_closes(seed, 50).items()
]


@pytest.mark.parametrize("size", [1, 60, 130, 1_000])
def test_how_many_series_share_a_table_changes_no_bit(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    indicator = Indicator("stdev-return", (5,))
    together = indicator_columns(indicator, SOME)
    monkeypatch.setattr(series, "TABLE_SIZE", size)
    apart = indicator_columns(indicator, SOME)
    assert [one.tobytes() for one in together] == [other.tobytes() for other in apart]


def test_a_series_knows_its_closes_on_a_session_and_none_outside_of_it() -> None:
    nothing = np.nan
    found = symbol_series(np.array([nothing, 2.0, nothing, 3.0, nothing]))
    assert [found.closes_until(row).tolist() for row in range(5)] == [[], [2.0], [], [2.0, 3.0], []]
    assert [found.bars_until(row) for row in range(5)] == [0, 1, 1, 2, 2]


def test_a_path_knows_its_closes_since_its_last_fresh_start() -> None:
    found = path_series(np.array([False, True, True, True]), np.array([0.0, np.nan, 0.1]))
    assert [found.closes_until(row).tolist() for row in range(4)] == [
        [],
        [100.0],
        [100.0],
        [100.0, pytest.approx(110.0)],
    ]
    assert [found.bars_until(row) for row in range(4)] == [0, 1, 1, 2]
