"""The momentum strategy in vectorbt: scores and ranks with pandas at once, the days in compiled code."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import vectorbt as vbt
from rivals.momentum import HELD, WINDOW, report


def run(closes: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Return weights after each session, and the growth of 1."""
    ranks = closes.pct_change(WINDOW).rank(axis=1, ascending=False, method="first")
    targets = (ranks <= HELD).astype(float).where(ranks.notna()) / HELD
    portfolio = vbt.Portfolio.from_orders(
        closes,
        size=targets,
        size_type="targetpercent",
        group_by=True,
        cash_sharing=True,
        call_seq="auto",
        init_cash=1_000_000,
    )
    weights = portfolio.asset_value(group_by=False).div(portfolio.value(), axis=0)
    return weights.to_numpy(), float(portfolio.final_value() / portfolio.init_cash)


if __name__ == "__main__":
    report(run, int(sys.argv[1]))
