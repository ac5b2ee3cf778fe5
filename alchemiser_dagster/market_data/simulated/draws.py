"""Random draws that depend only on the seed, the name of what is drawn and the number of the session.

Every stream is drawn over the same fixed number of sessions, in the same order. So neither the range asked
for, nor the symbols asked together, nor the end of the calendar can change a bit of any draw.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SESSIONS_DRAWN = 16_384
SESSIONS_A_YEAR = 252
_CUBIC = 0.04
_CUBIC_DEVIATION = (1 + 6 * _CUBIC + 15 * _CUBIC**2) ** 0.5


def normals(seed: int, name: str, columns: int) -> Floats:
    """Return independent standard normals, sessions by columns."""
    return _generator(seed, name).standard_normal((SESSIONS_DRAWN, columns))


def uniforms(seed: int, name: str) -> Floats:
    """Return independent numbers in [0, 1), one per session."""
    return _generator(seed, name).random(SESSIONS_DRAWN)


def fat_tailed(shocks: Floats) -> Floats:
    """Return shocks of unit variance with heavier tails than the normals they are made of."""
    heavier: Floats = (shocks + _CUBIC * shocks**3) / _CUBIC_DEVIATION
    return heavier


def _generator(seed: int, name: str) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16])))
