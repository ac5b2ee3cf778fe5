"""A symbol's bars over all sessions that are ever simulated, from its returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alchemiser_dagster.market_data.simulated.characters import (
    DERIVATIONS,
    Derivation,
    character_of,
    level_of,
    turnover_of,
)
from alchemiser_dagster.market_data.simulated.draws import (
    SESSIONS_A_YEAR,
    Floats,
    fat_tailed,
    normals,
)
from alchemiser_dagster.market_data.simulated.factors import Factors

FUND_FEE = 0.0095
WORST_RETURN = -0.95
ANCHOR = 8_816
_SIGNIFICANT_DIGITS = 7
_POWERS = 10.0 ** np.arange(0, 23)


@dataclass(frozen=True, slots=True)
class Path:
    """Prices in dollars and the volume in shares, one value per session of a window."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def draw_path(symbol: str, seed: int, factors: Factors, window: slice) -> Path:
    """Return the bars of any symbol in a window of session numbers: prices have seven significant digits.

    The price is anchored to the symbol's level on a fixed session (the last of 2024), so that funds which
    lose most of their value over decades still have a price that can be traded today.
    """
    growth = np.log1p(session_returns(symbol, seed, factors))
    shocks = normals(seed, f"bars/{symbol}", 4)
    logarithm = np.cumsum(growth)
    logarithm += np.log(level_of(symbol, seed)) - logarithm[ANCHOR]
    reach = 0.4 * np.abs(growth[:SESSIONS_A_YEAR]).mean() + 0.2 * np.abs(growth)
    opening = logarithm - 0.6 * growth + 0.4 * reach * shocks[:, 0]
    top = np.maximum(opening, logarithm) + reach * np.abs(shocks[:, 1])
    bottom = np.minimum(opening, logarithm) - reach * np.abs(shocks[:, 2])
    close = np.exp(logarithm)
    return Path(
        open=_rounded(np.exp(opening)[window]),
        high=_rounded(np.exp(top)[window]),
        low=_rounded(np.exp(bottom)[window]),
        close=_rounded(close[window]),
        volume=np.rint(turnover_of(symbol, seed) * np.exp(0.3 * shocks[:, 3]) / close)[window],
    )


def session_returns(symbol: str, seed: int, factors: Factors) -> Floats:
    """Return the simple return of every session: from the index fund or from the factors."""
    derivation = DERIVATIONS.get(symbol)
    if derivation is None:
        return _ordinary_returns(symbol, seed, factors)
    return _derived_returns(derivation, session_returns(derivation.index, seed, factors))


def _derived_returns(derivation: Derivation, index_returns: Floats) -> Floats:
    leveraged = derivation.multiple * index_returns - FUND_FEE / SESSIONS_A_YEAR
    return _survivable(leveraged)


def _ordinary_returns(symbol: str, seed: int, factors: Factors) -> Floats:
    character = character_of(symbol, seed)
    shocks = fat_tailed(normals(seed, f"own/{symbol}", 1)[:, 0])
    own = character.own * factors.own_scale * shocks / np.sqrt(SESSIONS_A_YEAR)
    logarithmic = factors.explain(character) + own + character.drift / SESSIONS_A_YEAR
    return _survivable(np.expm1(logarithmic))


def _survivable(returns: Floats) -> Floats:
    bounded: Floats = np.maximum(returns, WORST_RETURN)
    return bounded


def _rounded(prices: Floats) -> Floats:
    """Return the prices to seven significant digits, so that machines that differ in a last bit agree."""
    decimals = _SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(prices)).astype(np.int64)
    shift = _POWERS[np.clip(np.abs(decimals), 0, len(_POWERS) - 1)]
    rounded: Floats = np.where(
        decimals >= 0, np.rint(prices * shift) / shift, np.rint(prices / shift) * shift
    )
    return rounded
