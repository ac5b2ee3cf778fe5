"""Indicators at the last price of a series, each with the pandas call that people use for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd


def indicator(name: str, parameters: tuple[float, ...], prices: pd.Series) -> float:
    """Return the value at the last price; NaN without enough history."""
    window = int(parameters[0])
    return float(FORMULAS[name](prices, window).iloc[-1]) if len(prices) else np.nan


def _simple(prices: pd.Series, window: int) -> pd.Series:
    return prices.rolling(window).mean()


def _exponential(prices: pd.Series, window: int) -> pd.Series:
    return _seeded(prices, window).ewm(span=window, adjust=False).mean()


def _rsi(prices: pd.Series, window: int) -> pd.Series:
    moves = prices.diff().iloc[1:]
    gain = _seeded(moves.clip(lower=0), window).ewm(alpha=1 / window, adjust=False).mean()
    loss = _seeded(-moves.clip(upper=0), window).ewm(alpha=1 / window, adjust=False).mean()
    return (100 * gain / (gain + loss)).where(gain + loss != 0, 50.0)


def _cumulative_return(prices: pd.Series, window: int) -> pd.Series:
    return prices.pct_change(window) * 100


def _average_return(prices: pd.Series, window: int) -> pd.Series:
    return prices.pct_change().rolling(window).mean() * 100


def _deviation_of_returns(prices: pd.Series, window: int) -> pd.Series:
    return prices.pct_change().rolling(window).std() * 100


def _drawdown(prices: pd.Series, window: int) -> pd.Series:
    recent = prices.iloc[-window:]
    falls = 1 - recent / recent.cummax()
    return pd.Series([falls.max() * 100 if len(recent) == window else np.nan])


def _seeded(values: pd.Series, window: int) -> pd.Series:
    """Return the values with the mean of the first ones in their place; one NaN where they are too few."""
    if len(values) < window:
        return pd.Series([np.nan])
    return pd.concat([pd.Series([values.iloc[:window].mean()]), values.iloc[window:]])


FORMULAS: dict[str, Callable[[pd.Series, int], pd.Series]] = {
    "moving-average-price": _simple,
    "exponential-moving-average-price": _exponential,
    "rsi": _rsi,
    "cumulative-return": _cumulative_return,
    "moving-average-return": _average_return,
    "stdev-return": _deviation_of_returns,
    "max-drawdown": _drawdown,
}
