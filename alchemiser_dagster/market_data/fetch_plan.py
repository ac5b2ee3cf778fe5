"""What to ask a source for, given what is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from alchemiser_dagster.market_data.bar_reading import Holding
from alchemiser_dagster.market_data.coverage import Coverage

OVERLAP_SESSIONS = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BarsRequest:
    """What the table shall hold.

    Parameters
    ----------
    symbols
        Each once.
    history_start
        The first day of the history.
    through
        The last session; the source must have sealed it.
    accepted_jumps
        Symbols and sessions whose price really moved like a split.
    overlap
        How many stored sessions are asked for again to notice a restatement. A source that costs little to
        read can be compared as a whole with a number larger than its history.
    requested_at
        When the source is asked, kept with what is written; None keeps no time.
    """

    symbols: tuple[str, ...]
    history_start: date
    through: date
    accepted_jumps: tuple[tuple[str, date], ...] = ()
    overlap: int = OVERLAP_SESSIONS
    requested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A range of days, both ends included, to ask a source for."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What to ask, and what that makes of the table.

    Parameters
    ----------
    windows
        The ranges to ask for, by symbol; none where nothing lacks.
    replaced
        Symbols whose stored bars all go.
    since
        The coverage after the update, by symbol: bars before it may have gaps.
    """

    windows: Mapping[str, tuple[Window, ...]]
    replaced: frozenset[str]
    since: Mapping[str, date]

    def replacing(
        self, restated: Collection[str], request: BarsRequest, held: Mapping[str, Holding]
    ) -> FetchPlan:
        """Return the plan in which the restated symbols are asked for as a whole and replaced."""
        first = {symbol: min(held[symbol].first, self.since[symbol]) for symbol in restated}
        return replace(
            self,
            windows={
                **self.windows,
                **{symbol: (Window(day, request.through),) for symbol, day in first.items()},
            },
            replaced=self.replaced | frozenset(restated),
            since={**self.since, **first},
        )

    def whole(self, symbols: Collection[str]) -> Mapping[str, tuple[Window, ...]]:
        """Return the windows of some symbols alone."""
        return {symbol: self.windows[symbol] for symbol in symbols}


def plan_fetch(
    request: BarsRequest,
    source: str,
    before: pd.DataFrame,
    held: Mapping[str, Holding],
    covered: Mapping[str, Coverage],
) -> FetchPlan:
    """Return what to ask of the source.

    Parameters
    ----------
    request
        What is wanted.
    source
        The source's name; bars of any other are replaced.
    before
        Stored closes up to `request.through`, sessions by symbols.
    held, covered
        What is stored, and since when the source was asked, by symbol.
    """
    windows: dict[str, tuple[Window, ...]] = {}
    since: dict[str, date] = {}
    foreign = {symbol for symbol, holding in held.items() if holding.sources != {source}}
    for symbol in request.symbols:
        known = _asked_since(source, held.get(symbol), covered.get(symbol))
        if known is None or symbol in foreign:
            windows[symbol] = (Window(request.history_start, request.through),)
            since[symbol] = request.history_start
            continue
        stored = pd.DatetimeIndex(before[symbol].loc[pd.Timestamp(known) :].dropna().index)
        windows[symbol] = tuple(_lacking(request, known, stored))
        is_seamless = request.through >= known - _DAY
        since[symbol] = min(known, request.history_start) if is_seamless else known
    return FetchPlan(windows, frozenset(foreign), since)


def _asked_since(source: str, holding: Holding | None, coverage: Coverage | None) -> date | None:
    """Return the day since which all that the source had is stored, or None where nothing is."""
    if holding is None:
        return None
    if coverage is None or coverage.source != source:
        return holding.first
    return coverage.since


def _lacking(request: BarsRequest, known: date, stored: pd.DatetimeIndex) -> Iterator[Window]:
    """Yield the days before what is known, and from there on the tail with the overlap."""
    before_known = min(known - _DAY, request.through)
    if request.history_start <= before_known:
        yield Window(request.history_start, before_known)
    if len(stored):
        yield Window(stored[-min(request.overlap, len(stored))].date(), request.through)
