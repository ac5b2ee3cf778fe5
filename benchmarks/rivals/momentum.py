"""What all rivals do: each day hold equal parts of the ten symbols that rose most over 126 sessions.

Sixty symbols, ten years, fractions of shares, no costs. A rival says how long its first and its later runs
took, which symbols it held, and what became of 1: the last two must be the same for all.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from generator import market

SYMBOLS, SESSIONS, WINDOW, HELD = 60, 2_520, 126, 10

Run = Callable[[pd.DataFrame], tuple[np.ndarray, float]]


def report(run: Run, runs: int) -> None:
    """Run a rival, first and again, and print what came of it, as JSON.

    Parameters
    ----------
    run
        From closes to the weights held after each session, sessions × symbols, and the growth of 1.
    """
    closes = market(SYMBOLS, SESSIONS)
    seconds = []
    for _ in range(1 + runs):
        start = time.perf_counter()
        weights, growth = run(closes)
        seconds.append(time.perf_counter() - start)
    held = weights[WINDOW:-1] > 0
    assert np.allclose(weights[WINDOW:-1][held], 1 / HELD)
    picks = hashlib.sha256(np.packbits(held).tobytes()).hexdigest()
    print(json.dumps({"first": seconds[0], "later": seconds[1:], "picks": picks, "growth": growth}))
