"""What is wrong with bars: pure checks that name the symbol, the session and the severity (R-35)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np
import pandas as pd

from alchemiser_dagster.market_data.jumps import is_split_like, market_moves, session_moves, usual_moves

OUTLIER_MOVE = 0.25
OUTLIER_TIMES_USUAL = 12.0
MARKET_MOVE = 0.04
JUMP_WINDOW = 504


class FlawKind(StrEnum):
    """What can be wrong."""

    MISSING = "missing"
    STALE = "stale"
    NON_POSITIVE = "non_positive"
    DUPLICATE = "duplicate"
    SPLIT_LIKE_JUMP = "split_like_jump"
    OUTLIER = "outlier"


class Severity(StrEnum):
    """Whether a decision that uses the bar may be made."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class BarFlaw:
    """One thing that is wrong with one symbol's bars; `session` is where it is, or where it begins."""

    symbol: str
    session: date
    kind: FlawKind
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class BarExpectation:
    """What the bars should be.

    Parameters
    ----------
    symbols
        The symbols that are needed.
    sessions
        The calendar's sessions of the range, in order; none means that completeness isn't looked at.
    required
        The deciding session: a symbol without a bar on it blocks. None looks at the past only.
    accepted_jumps
        Symbols and sessions whose price really moved like a split; they are not flaws.
    """

    symbols: tuple[str, ...]
    sessions: tuple[date, ...] = ()
    required: date | None = None
    accepted_jumps: frozenset[tuple[str, date]] = frozenset()


def find_flaws(closes: pd.DataFrame, expectation: BarExpectation) -> tuple[BarFlaw, ...]:
    """Return every flaw of the closes, by symbol and session.

    Parameters
    ----------
    closes
        Closes in dollars, sessions by symbols. NaN is a missing bar.
    expectation
        What they should be. A needed symbol without a column has no bar at all.

    Notes
    -----
    A missing or stale bar on the deciding session blocks, a hole in the past warns. A jump like a split
    within the last two years blocks, an older one warns: it is out of the indicators' reach. A move on a
    session on which the other symbols moved too is the market's, never a flaw.
    """
    needed = closes.reindex(columns=pd.Index(expectation.symbols))
    sound = needed.where((needed > 0) & np.isfinite(needed))
    flaws = [
        *_non_positive(needed),
        *_missing(sound, expectation),
        *_stale(sound, expectation),
        *_moves(sound, expectation),
    ]
    return tuple(sorted(flaws, key=lambda flaw: (flaw.symbol, flaw.session, flaw.kind)))


def find_duplicates(bars: pd.DataFrame) -> tuple[BarFlaw, ...]:
    """Return a blocking flaw for each symbol and session of which a long frame has more than one bar."""
    again = bars.loc[bars.duplicated(["symbol", "session"]), ["symbol", "session"]].drop_duplicates()
    return tuple(
        BarFlaw(symbol, session, FlawKind.DUPLICATE, Severity.BLOCK, "more than one bar")
        for symbol, session in zip(again["symbol"], _days(again["session"]), strict=True)
    )


def blocking(flaws: tuple[BarFlaw, ...]) -> tuple[BarFlaw, ...]:
    """Return the flaws that forbid a decision."""
    return tuple(flaw for flaw in flaws if flaw.severity is Severity.BLOCK)


def _non_positive(closes: pd.DataFrame) -> Iterator[BarFlaw]:
    for place in _places(closes, closes.notna() & ~((closes > 0) & np.isfinite(closes))):
        message = f"close is {place.value}"
        yield BarFlaw(place.symbol, place.session, FlawKind.NON_POSITIVE, Severity.BLOCK, message)


def _missing(closes: pd.DataFrame, expectation: BarExpectation) -> Iterator[BarFlaw]:
    """Yield one flaw per run of sessions without a bar between a symbol's first and last bar."""
    days = expectation.sessions
    present = closes.reindex(pd.DatetimeIndex(pd.to_datetime(list(days)))).notna().to_numpy()
    for column, symbol in enumerate(expectation.symbols):
        held = np.flatnonzero(present[:, column]).tolist()
        for before, after in pairwise(held):
            if after - before > 1:
                yield _hole(symbol, days[before + 1 : after], expectation.required)


def _hole(symbol: str, days: Sequence[date], required: date | None) -> BarFlaw:
    severity = Severity.BLOCK if required in days else Severity.WARN
    extent = "no bar" if len(days) == 1 else f"no bar on {len(days)} sessions until {days[-1]}"
    return BarFlaw(symbol, days[0], FlawKind.MISSING, severity, extent)


def _stale(closes: pd.DataFrame, expectation: BarExpectation) -> Iterator[BarFlaw]:
    required = expectation.required
    if required is None:
        return
    for symbol in expectation.symbols:
        held = _days(closes[symbol].dropna().index)
        if not held:
            yield BarFlaw(symbol, required, FlawKind.MISSING, Severity.BLOCK, "no bar at all")
        elif held[-1] < required:
            message = f"the last bar is of {held[-1]}, session {required} needs its own"
            yield BarFlaw(symbol, held[-1], FlawKind.STALE, Severity.BLOCK, message)


def _moves(closes: pd.DataFrame, expectation: BarExpectation) -> Iterator[BarFlaw]:
    """Yield a flaw for each move that looks like a split, and for each recent one far beyond the usual."""
    everyday = session_moves(closes)
    moves = everyday[(everyday.abs() > OUTLIER_MOVE).any(axis=1)]
    alone = moves.abs().where(market_moves(moves) < MARKET_MOVE)
    jumps = is_split_like(alone)
    outliers = (alone > OUTLIER_MOVE) & (alone > OUTLIER_TIMES_USUAL * usual_moves(everyday)) & ~jumps
    oldest_to_block = _days(closes.index)[-JUMP_WINDOW:][:1]
    for place in _places(moves, jumps):
        if (place.symbol, place.session) not in expectation.accepted_jumps:
            severity = Severity.BLOCK if [place.session] >= oldest_to_block else Severity.WARN
            message = f"{_compared(place.value)}, like a split not adjusted for"
            yield BarFlaw(place.symbol, place.session, FlawKind.SPLIT_LIKE_JUMP, severity, message)
    for place in _places(moves, outliers):
        if [place.session] >= oldest_to_block:
            message = f"{_compared(place.value)}, far beyond its usual moves"
            yield BarFlaw(place.symbol, place.session, FlawKind.OUTLIER, Severity.WARN, message)


def _compared(logarithmic: float) -> str:
    return f"close is {np.exp(logarithmic):.3f} times the one before"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a frame is marked, and its value there."""

    symbol: str
    session: date
    value: float


def _places(frame: pd.DataFrame, marks: pd.DataFrame) -> Iterator[_Place]:
    days, symbols, values = _days(frame.index), [str(name) for name in frame.columns], frame.to_numpy()
    for row, column in np.argwhere(marks.to_numpy(dtype=bool)).tolist():
        yield _Place(symbols[column], days[row], float(values[row, column]))


def _days(sessions: pd.Index[pd.Timestamp] | pd.Series[pd.Timestamp]) -> list[date]:
    return list(pd.DatetimeIndex(sessions).date)
