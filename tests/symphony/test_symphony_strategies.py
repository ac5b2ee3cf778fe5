"""The strategies that are shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import alchemiser_dagster
from alchemiser_dagster.symphony import Symphony, evaluate, load

FOLDER = Path(alchemiser_dagster.__file__).parent / "strategies"
RULES = {
    "inverse_volatility_mix": "beyond 0.05",
    "momentum_rotation": "monthly",
    "overbought_switch": "daily",
    "trend_and_bills": "weekly",
}


def shipped() -> dict[str, Symphony]:
    return {file.stem: load(file) for file in sorted(FOLDER.glob("*.clj"))}


def market(symbols: list[str], sessions: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(3)
    steps = 1 + 0.015 * random.standard_normal((sessions, len(symbols)))
    index = pd.bdate_range("2021-01-04", periods=sessions)
    return pd.DataFrame(100 * np.cumprod(steps, axis=0), index=index, columns=symbols)


def test_there_are_four_and_each_has_its_rule() -> None:
    assert {stem: str(symphony.rebalance) for stem, symphony in shipped().items()} == RULES


@pytest.mark.parametrize("stem", RULES)
def test_each_says_in_a_comment_what_it_does_and_why(stem: str) -> None:
    text = (FOLDER / f"{stem}.clj").read_text()
    assert text.startswith("; ")
    assert "; Why: " in text


def test_together_they_need_between_10_and_16_symbols() -> None:
    assert 10 <= len({symbol for symphony in shipped().values() for symbol in symphony.symbols}) <= 16


def test_each_is_defined_from_its_warm_up_on_and_never_lends() -> None:
    symphonies = list(shipped().values())
    symbols = sorted({symbol for symphony in symphonies for symbol in symphony.symbols})
    for symphony, evaluation in zip(symphonies, evaluate(symphonies, market(symbols)), strict=True):
        weights = evaluation.target_weights.iloc[symphony.warm_up - 1 :]
        assert weights.notna().all().all()
        assert weights.sum(axis=1).between(0.9 - 1e-9, 1 + 1e-9).all()
        assert symphony.warm_up <= 200
        assert len(evaluation.trades_on) > 1
