from __future__ import annotations

import pandas as pd
import pytest
from support.symphony_fixtures import Evaluate, Frame, Prices

from alchemiser_dagster.symphony import Evaluation, evaluate, parse


@pytest.fixture
def frame() -> Frame:
    """Make closes from one list per symbol, on consecutive weekdays."""

    def make(start: str = "2024-01-02", **columns: Prices) -> pd.DataFrame:
        sessions = max(len(column) for column in columns.values())
        index = pd.bdate_range(start, periods=sessions)
        return pd.DataFrame(columns, index=index, dtype="float64")

    return make


@pytest.fixture
def evaluated(frame: Frame) -> Evaluate:
    """Evaluate one block over closes that are given by symbol."""

    def run(block: str, options: str = "{}", **columns: Prices) -> Evaluation:
        return evaluate(parse(f'(defsymphony "test" {options} {block})'), frame(**columns))

    return run
