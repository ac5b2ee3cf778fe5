"""Asking a source for many symbols and ranges, and checking what it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.fetch_plan import Window
from alchemiser_dagster.market_data.schema import check_bars, empty_bars, sorted_bars
from alchemiser_dagster.market_data.source import BarSource


def fetch(source: BarSource, windows: Mapping[str, tuple[Window, ...]]) -> pd.DataFrame:
    """Return the bars of all windows, each bar once; symbols with the same window are asked for together.

    Raises
    ------
    DataError
        The answer is malformed, or is not an answer to the question.
    """
    together: dict[Window, list[str]] = defaultdict(list)
    for symbol, ranges in windows.items():
        for window in ranges:
            together[window].append(symbol)
    answers = [_ask(source, symbols, window) for window, symbols in together.items()]
    return _united([answer for answer in answers if not answer.empty], source)


def _ask(source: BarSource, symbols: list[str], window: Window) -> pd.DataFrame:
    bars = check_bars(source.daily_bars(symbols, window.first, window.last), where=source.name)
    within = bars["session"].between(pd.Timestamp(window.first), pd.Timestamp(window.last))
    asked = within & bars["symbol"].isin(symbols) & (bars["source"] == source.name)
    if not asked.all():
        stray = bars[~asked].iloc[0]
        raise DataError(
            f"answered with a bar that was not asked for: {stray['symbol']} on {stray['session'].date()}"
            f" from {stray['source']}",
            where=source.name,
            remedy="Correct the source; nothing of its answer was stored",
        )
    return bars


def _united(answers: list[pd.DataFrame], source: BarSource) -> pd.DataFrame:
    """Return all answers as one; the windows of a symbol never overlap, so no bar is there twice."""
    if not answers:
        return empty_bars()
    united = sorted_bars(pd.concat(answers, ignore_index=True))
    return united if len(answers) == 1 else check_bars(united, where=source.name)
