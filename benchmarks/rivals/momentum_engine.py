"""The momentum strategy as a symphony: read, evaluated, and its growth taken from its weights."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from rivals.momentum import HELD, WINDOW, report

from alchemiser_dagster.symphony import evaluate, parse


def run(closes: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Return weights after each session, and the growth of 1."""
    weights = evaluate(parse(_text(closes.columns)), closes).target_weights.to_numpy()
    held, values = np.nan_to_num(weights[:-1]), closes.to_numpy()
    returns = values[1:] / values[:-1] - 1
    return weights, float(np.prod(1 + (held * returns).sum(axis=1)))


def _text(symbols: pd.Index) -> str:
    assets = " ".join(f'(asset "{symbol}" nil)' for symbol in symbols)
    score = f"(cumulative-return {{:window {WINDOW}}})"
    return f'(defsymphony "Momentum" {{}} (filter {score} (select-top {HELD}) [{assets}]))'


if __name__ == "__main__":
    report(run, int(sys.argv[1]))
