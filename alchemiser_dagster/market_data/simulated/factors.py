"""The common factors: what moves many symbols at once, and how much depends on the regime.

The market goes through four regimes, a Markov chain over sessions. Bonds and gold tend to rise when
shares fall, and the fear factor (volatility futures) rises sharply and decays in between.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from alchemiser_dagster.market_data.simulated.characters import Character
from alchemiser_dagster.market_data.simulated.draws import (
    SESSIONS_A_YEAR,
    Floats,
    fat_tailed,
    normals,
    uniforms,
)


@dataclass(frozen=True, slots=True)
class Regime:
    """A weather of the market: its log drift and volatility per year, and how long it lasts."""

    name: str
    drift: float
    volatility: float
    mean_sessions: float
    successors: tuple[float, float, float, float]


REGIMES = (
    Regime("bull", 0.19, 0.13, 180, (0.0, 0.15, 0.65, 0.2)),
    Regime("bear", -0.3, 0.22, 70, (0.45, 0.0, 0.2, 0.35)),
    Regime("calm", 0.13, 0.085, 120, (0.6, 0.15, 0.0, 0.25)),
    Regime("turbulent", -0.05, 0.36, 25, (0.45, 0.35, 0.2, 0.0)),
)


@dataclass(frozen=True, slots=True)
class Factors:
    """Log returns of every factor per session, and the regime's scale for what is a symbol's own."""

    market: Floats
    growth: Floats
    rates: Floats
    gold: Floats
    energy: Floats
    fear: Floats
    own_scale: Floats

    def explain(self, character: Character) -> Floats:
        """Return the part of a symbol's log returns that the factors explain."""
        return (
            character.market * self.market
            + character.growth * self.growth
            + character.rates * self.rates
            + character.gold * self.gold
            + character.energy * self.energy
            + character.fear * self.fear
        )


def draw_factors(seed: int) -> Factors:
    """Return the factors of a seed."""
    regimes = draw_regimes(seed)
    volatility = np.array([regime.volatility for regime in REGIMES])[regimes]
    drift = np.array([regime.drift for regime in REGIMES])[regimes]
    shocks = fat_tailed(normals(seed, "factors", 5))
    scale = np.sqrt(volatility / 0.15)
    surprise = _daily_shock(volatility, shocks[:, 0])
    return Factors(
        market=_daily_drift(drift) + surprise,
        growth=_daily_drift(0.01) + _daily_shock(0.08 * scale, shocks[:, 1]),
        rates=_daily_drift(0.035) - 0.28 * surprise + _daily_shock(0.125, shocks[:, 2]),
        gold=_daily_drift(0.05) - 0.04 * surprise + _daily_shock(0.15, shocks[:, 3]),
        energy=_daily_drift(0.01) + _daily_shock(0.24 * scale, shocks[:, 4]),
        fear=_daily_drift(-0.55) - 3.6 * surprise,
        own_scale=scale,
    )


def draw_regimes(seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the number of the regime that rules in each session; the first one is a bull's."""
    ladders = [tuple(accumulate(_chances(number))) for number in range(len(REGIMES))]
    ruling, path = 0, []
    for draw in uniforms(seed, "regimes").tolist():
        path.append(ruling)
        ruling = min(bisect_right(ladders[ruling], draw), len(REGIMES) - 1)
    return np.array(path, dtype=np.int64)


def _chances(number: int) -> tuple[float, ...]:
    """Return the chance of each regime to rule tomorrow when this one rules today."""
    regime = REGIMES[number]
    leaving = 1 / regime.mean_sessions
    return tuple(
        1 - leaving if other == number else leaving * share for other, share in enumerate(regime.successors)
    )


def _daily_drift(yearly: float | Floats) -> float | Floats:
    return yearly / SESSIONS_A_YEAR


def _daily_shock(yearly_volatility: float | Floats, shocks: Floats) -> Floats:
    daily: Floats = yearly_volatility * shocks / SESSIONS_A_YEAR**0.5
    return daily
