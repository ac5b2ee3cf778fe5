"""The types of the fixtures in tests/symphony/conftest.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from alchemiser_dagster.symphony import Evaluation

Prices = Sequence[float | None]


class Frame(Protocol):
    def __call__(self, start: str = "2024-01-02", **columns: Prices) -> pd.DataFrame: ...


class Evaluate(Protocol):
    def __call__(self, block: str, options: str = "{}", **columns: Prices) -> Evaluation: ...
