"""The sessions on which two symphonies A and B want different weights, and where they part on each.

1. Both are evaluated together. A session counts where a weight differs by more than 1e-9, or where only one
   of the two is defined.
2. The latest sessions are walked first, in portions, until as many answers were asked for as are affordable
   (`divergence_walk.py`). The rest is counted, without a place.
3. A session that parts at several places is put down to the first that moves weights: where a session has a
   choice, the blocks at those places are evaluated on their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.symphony.comparison.divergence_walk import ForkWalk
from alchemiser_dagster.symphony.comparison.forks import Fork
from alchemiser_dagster.symphony.engine.evaluation import Evaluation, evaluate
from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import Block
from alchemiser_dagster.symphony.syntax.rebalance import Rebalance

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALLEST_WEIGHT_DIFFERENCE = 1e-9
PORTION = 256
MOST_QUESTIONS = 2_000_000
BLOCKS_AT_ONCE = 32


@dataclass(frozen=True)
class DivergedSession:
    """A session on which A and B want different weights.

    Parameters
    ----------
    distance
        The part of the portfolio, cash included, that is held otherwise: half the sum of all absolute
        differences, 0 to 1. None where only one of the two is defined.
    fork
        The first place at which they part and that moves weights; None where the session was not walked.
    in_a, in_b
        What each does there, in words; empty without a fork.
    """

    session: date
    distance: float | None
    fork: Fork | None
    in_a: str = ""
    in_b: str = ""


@dataclass(frozen=True)
class Divergence:
    """Where and when two symphonies want different weights.

    Parameters
    ----------
    compared
        The sessions that were looked at, from first to last.
    sessions
        Those that differ, from first to last.
    """

    compared: tuple[date, ...]
    sessions: tuple[DivergedSession, ...]

    @property
    def by_fork(self) -> dict[Fork, tuple[DivergedSession, ...]]:
        """The sessions of each place, the place with most sessions first."""
        found: dict[Fork, list[DivergedSession]] = {}
        for session in self.sessions:
            if session.fork is not None:
                found.setdefault(session.fork, []).append(session)
        ordered = sorted(found.items(), key=lambda item: -len(item[1]))
        return {fork: tuple(sessions) for fork, sessions in ordered}

    @property
    def not_walked(self) -> int:
        """How many sessions differ of which the place was not looked for."""
        return sum(session.fork is None for session in self.sessions)


def divergence_of(
    a: Symphony, b: Symphony, closes: pd.DataFrame, *, first: date | None = None, last: date | None = None
) -> Divergence:
    """Return the sessions on which two symphonies want different weights.

    Parameters
    ----------
    closes
        Adjusted closes, sessions × symbols, as `evaluate` takes them.
    first, last
        The sessions compared; all by default. History before them counts.
    """
    one, other = evaluate([a, b], closes)
    sessions = one.sessions
    wanted = np.ones(len(sessions), dtype=np.bool_)
    if first:
        wanted &= np.asarray(sessions >= pd.Timestamp(first), dtype=np.bool_)
    if last:
        wanted &= np.asarray(sessions <= pd.Timestamp(last), dtype=np.bool_)
    rows = np.flatnonzero(weights_differ(one, other) & wanted)
    found = list(_diverged(one, other, rows, closes))
    return Divergence(tuple(session.date() for session in sessions[wanted]), tuple(found))


def weights_differ(a: Evaluation, b: Evaluation) -> Flags:
    """Return the sessions on which a target weight differs, or on which only one of the two is defined."""
    one, other = _weights(a, b), _weights(b, a)
    undefined_a, undefined_b = _undefined(a), _undefined(b)
    apart: Flags = np.logical_or.reduce(np.abs(one - other) > SMALLEST_WEIGHT_DIFFERENCE, axis=1)
    differ: Flags = (apart & ~undefined_a & ~undefined_b) | (undefined_a != undefined_b)
    return differ


def distances(a: Evaluation, b: Evaluation) -> Floats:
    """Return per session the part of the portfolio that is held otherwise; NaN where one is undefined."""
    moved = _weights(a, b) - _weights(b, a)
    apart: Floats = 0.5 * (np.abs(moved).sum(axis=1) + np.abs(moved.sum(axis=1)))
    apart[_undefined(a) | _undefined(b)] = np.nan
    return apart


def _weights(evaluation: Evaluation, other: Evaluation) -> Floats:
    symbols = sorted({*evaluation.symphony.symbols, *other.symphony.symbols})
    return evaluation.target_weights.reindex(columns=symbols, fill_value=0.0).to_numpy(dtype=np.float64)


def _undefined(evaluation: Evaluation) -> Flags:
    return np.asarray(evaluation.sessions.isin(list(evaluation.undefined)), dtype=np.bool_)


def _diverged(
    a: Evaluation, b: Evaluation, rows: NDArray[np.intp], closes: pd.DataFrame
) -> Iterator[DivergedSession]:
    apart = distances(a, b)
    walked = _walked(a, b, rows)
    chosen = _first_that_moves(walked, closes)
    for row in rows.tolist():
        distance = None if np.isnan(apart[row]) else float(apart[row])
        session, fork = a.sessions[row], chosen.get(row)
        words = fork.words(a.view(session), b.view(session)) if fork else ("", "")
        yield DivergedSession(session.date(), distance, fork, *words)


def _walked(a: Evaluation, b: Evaluation, rows: NDArray[np.intp]) -> dict[int, list[Fork]]:
    """Return the places at which sessions part, by row, for as many of the latest as are affordable."""
    found: dict[int, list[Fork]] = {}
    questions = 0
    for end in range(len(rows), 0, -PORTION):
        if questions > MOST_QUESTIONS:
            break
        portion = rows[max(0, end - PORTION) : end].tolist()
        sessions = [a.sessions[row] for row in portion]
        walk = ForkWalk([a.view(day) for day in sessions], [b.view(day) for day in sessions])
        found.update(zip(portion, walk.forks(a.symphony.root, b.symphony.root), strict=True))
        questions += walk.questions
    return found


def _first_that_moves(walked: dict[int, list[Fork]], closes: pd.DataFrame) -> dict[int, Fork]:
    """Return each row's first fork whose blocks hold different weights on it."""
    chosen = {row: forks[0] for row, forks in walked.items() if forks}
    open_rows = {row: forks for row, forks in walked.items() if len(forks) > 1}
    rivals = list(dict.fromkeys(fork for forks in open_rows.values() for fork in forks))
    moves: dict[Fork, Flags] = {}
    for begin in range(0, len(rivals), BLOCKS_AT_ONCE):
        portion = rivals[begin : begin + BLOCKS_AT_ONCE]
        moves.update(zip(portion, _movements(portion, closes), strict=True))
    for row, forks in open_rows.items():
        chosen[row] = next((fork for fork in forks if moves[fork][row]), forks[0])
    return chosen


def _movements(forks: Sequence[Fork], closes: pd.DataFrame) -> Iterator[Flags]:
    blocks = [block for fork in forks for block in (fork.a, fork.b)]
    evaluations = evaluate([_alone(block) for block in blocks], closes)
    for a, b in zip(evaluations[::2], evaluations[1::2], strict=True):
        yield weights_differ(a, b)


def _alone(block: Block) -> Symphony:
    return Symphony("", block, Rebalance())
