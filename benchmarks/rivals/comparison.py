"""The engine against its rivals: what each took, that all say the same, and the ratios."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from generator import Generator, Shape, market
from measuring import ROOT, Measured, in_new_process, warm
from rivals.pandas_sessions import PandasSessions
from shapes import LARGEST, SESSIONS, scaled
from tables import seconds, table

from alchemiser_dagster.symphony import Symphony, evaluate, parse

RIVALS_PYTHON = ROOT / ".venv-rivals" / ("Scripts" if os.name == "nt" else "bin") / "python"
NOT_INSTALLED = (
    "rivals not installed: python -m venv .venv-rivals && "
    ".venv-rivals/bin/pip install -r benchmarks/requirements-rivals.txt\n"
)
SMALL = scaled(400, depth=40, symbols=20, readings=24)
DEEP_ENOUGH = 20_000
LAST = 10


def session_by_session_table(small_sessions: int, large_sessions: int) -> str:
    """Compare with the pandas evaluator: a small symphony, and the start of the largest one."""
    sys.setrecursionlimit(max(DEEP_ENOUGH, sys.getrecursionlimit()))
    head = ["session by session", "sessions run", "with a signal", "a session", f"× {SESSIONS:,}"]
    rows = [
        _against_pandas("400 forms", SMALL, small_sessions),
        _against_pandas("8,600 forms", LARGEST, large_sessions),
    ]
    return table([*head, "engine, all of them", "ratio"], rows)


def _against_pandas(what: str, shape: Shape, sessions: int) -> list[str]:
    symphony = parse(Generator(shape).text())
    costs, signals = run_in_step(symphony, market(shape.symbols, sessions))
    a_session = median(costs[-LAST:])
    closes = market(shape.symbols, SESSIONS)
    engine = warm(lambda: evaluate(symphony, closes).target_weights, LAST).median  # compiled anew each time
    whole = a_session * SESSIONS
    cells = [f"{sessions:,}", f"{signals:,}", seconds(a_session), seconds(whole), seconds(engine)]
    return [what, *cells, f"{whole / engine:,.0f}"]


def run_in_step(symphony: Symphony, closes: pd.DataFrame) -> tuple[list[float], int]:
    """Run the pandas evaluator over all sessions, assert that it says what the engine says.

    Returns
    -------
    The seconds of each session, and on how many sessions there was a signal.
    """
    ours = evaluate(symphony, closes).target_weights
    rival = PandasSessions(symphony, closes)
    costs = []
    for _, row in ours.iterrows():
        start = time.perf_counter()
        rival.go_on()
        costs.append(time.perf_counter() - start)
        theirs = rival.weights
        assert (theirs is None) == row.isna().all()
        if theirs is not None:
            np.testing.assert_allclose(pd.Series(theirs).reindex(row.index, fill_value=0.0), row, atol=1e-9)
    return costs, int(ours.notna().all(axis=1).sum())


def momentum_table(runs: int) -> str:
    """Compare the daily top ten of sixty symbols with bt and vectorbt."""
    if not RIVALS_PYTHON.exists():
        return NOT_INSTALLED
    answers = {"engine": in_new_process("rivals/momentum_engine.py", [runs])}
    with tempfile.TemporaryDirectory() as cache:
        for name in ("bt", "vectorbt", "vectorbt, compiled before"):
            script = f"rivals/momentum_{name.split(',')[0]}.py"
            answers[name] = in_new_process(
                script, [runs], str(RIVALS_PYTHON), NUMBA_CACHE_DIR=str(Path(cache))
            )
    return agreed(answers)


def agreed(answers: dict[str, dict]) -> str:
    """Return the table, once all held the same symbols on all sessions and grew alike."""
    assert len({answer["picks"] for answer in answers.values()}) == 1
    np.testing.assert_allclose([answer["growth"] for answer in answers.values()], answers["engine"]["growth"])
    first = answers["engine"]["first"]
    later = Measured(tuple(answers["engine"]["later"])).median
    rows = [
        [
            name,
            seconds(answer["first"]),
            f"{answer['first'] / first:,.1f}",
            seconds(Measured(tuple(answer["later"])).median),
            f"{Measured(tuple(answer['later'])).median / later:,.1f}",
        ]
        for name, answer in answers.items()
    ]
    return table(
        ["daily top 10 of 60", "first run", "of the engine's", "later runs", "of the engine's"], rows
    )
