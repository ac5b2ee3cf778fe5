from __future__ import annotations

import alpaca_bars
import pandas as pd
import pytest
from alpaca_bars import compared, offer, ours, served


def test_both_ways_to_the_bars_are_compared_on_the_same_closes() -> None:
    assert "alpaca-py" in compared(offer(symbols=3, sessions=40), runs=1)


def test_all_pages_arrive() -> None:
    offered = offer(symbols=5, sessions=2_500)
    assert len(offered.pages) == 2
    with served(offered) as address:
        assert len(ours(address, offered)) == 12_500


def test_closes_that_differ_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(address: str, offered: alpaca_bars.Offer) -> pd.DataFrame:
        return ours(address, offered).assign(close=1.0)

    monkeypatch.setattr(alpaca_bars, "theirs", shifted)
    with pytest.raises(AssertionError):
        compared(offer(symbols=2, sessions=10), runs=1)
