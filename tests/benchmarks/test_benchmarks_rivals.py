from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from generator import Generator, Shape, market
from rivals.comparison import NOT_INSTALLED, agreed, run_in_step
from rivals.momentum_engine import run
from rivals.pandas_sessions import PandasSessions

from alchemiser_dagster.symphony import parse

TINY = Shape(forms=150, depth=24, symbols=6, readings=8, filters=7, conditions=16)
ANSWER = {"first": 0.5, "later": [0.2, 0.1, 0.3], "picks": "same", "growth": 2.0}


def test_the_pandas_rival_gives_the_weights_of_the_engine_on_every_session() -> None:
    symphony = parse(Generator(TINY).text())
    costs, signals = run_in_step(symphony, market(TINY.symbols, 60))
    assert len(costs) == 60
    assert 10 < signals < 60


def test_a_rival_that_differs_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    symphony = parse(Generator(replace(TINY, seed=2)).text())
    monkeypatch.setattr(PandasSessions, "_weights", lambda *_: {"SAA": 0.123})
    with pytest.raises(AssertionError):
        run_in_step(symphony, market(TINY.symbols, 5))


def test_momentum_holds_the_ten_that_rose_most() -> None:
    closes = market(20, 140)
    weights, growth = run(closes)
    rose = closes.pct_change(126).iloc[-1]
    held = pd.Series(weights[-1], index=closes.columns)
    assert set(held[held > 0].index) == set(rose.nlargest(10).index)
    assert growth > 0


def test_momentum_is_compared_only_where_all_held_and_earned_the_same() -> None:
    assert "2.0" in agreed({"engine": ANSWER, "other": {**ANSWER, "first": 1.0}})
    with pytest.raises(AssertionError):
        agreed({"engine": ANSWER, "other": {**ANSWER, "picks": "others"}})
    with pytest.raises(AssertionError):
        agreed({"engine": ANSWER, "other": {**ANSWER, "growth": 2.01}})


def test_what_to_install_is_said() -> None:
    assert "requirements-rivals.txt" in NOT_INSTALLED
