"""The momentum strategy in bt: the scores are made with pandas at once, the days are simulated one by one."""

from __future__ import annotations

import sys

import bt
import numpy as np
import pandas as pd
from rivals.momentum import HELD, WINDOW, report


def run(closes: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Return weights after each session, and the growth of 1."""
    scores = closes.pct_change(WINDOW)
    algos = [
        bt.algos.SetStat(scores),
        bt.algos.SelectN(HELD),
        bt.algos.WeighEqually(),
        bt.algos.Rebalance(),
    ]
    strategy = bt.Strategy("momentum", algos)
    result = bt.run(bt.Backtest(strategy, closes, integer_positions=False, progress_bar=False))
    weights = result.get_security_weights().reindex(index=closes.index, columns=closes.columns)
    prices = result.prices["momentum"]
    return weights.to_numpy(), float(prices.iloc[-1] / prices.iloc[0])


if __name__ == "__main__":
    report(run, int(sys.argv[1]))
