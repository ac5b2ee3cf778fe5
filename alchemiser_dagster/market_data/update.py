"""Bringing the bar table up to date: ask for what lacks, notice restatements, check, write in one commit.

1. Each symbol's stored bars decide what is asked: everything for a new symbol or another source, else the
   days before what was ever asked, and the tail from a few stored sessions back (`fetch_plan`).
2. A stored close that the source now gives differently means that history was restated: that symbol is asked
   for again as a whole and replaced (R-36). Sources are never mixed inside one symbol.
3. What the table would hold is checked; a blocking flaw stops here, with nothing written (R-18, R-35).
4. One commit holds every change; the coverage is written after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.coverage import Coverage
from alchemiser_dagster.market_data.fetch_plan import BarsRequest, FetchPlan, plan_fetch
from alchemiser_dagster.market_data.fetching import fetch
from alchemiser_dagster.market_data.quality import BarExpectation, BarFlaw, blocking, find_flaws
from alchemiser_dagster.market_data.restatement import closes_of, measure_restatement, restated_symbols
from alchemiser_dagster.market_data.source import BarSource
from alchemiser_dagster.records.market import RestatedHistory

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class SymbolSpan:
    """The first and the last stored session of a symbol, up to the one asked for."""

    symbol: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class TableUpdate:
    """What an update did.

    Parameters
    ----------
    version
        The table's version that holds the bars.
    rows_written
        Rows inserted or changed; 0 where all was there.
    restatements
        Symbols whose history was replaced.
    spans
        What the table now holds of each symbol asked for.
    """

    version: int
    rows_written: int
    restatements: tuple[RestatedHistory, ...]
    spans: tuple[SymbolSpan, ...]


def bring_up_to_date(table: BarTable, source: BarSource, request: BarsRequest) -> TableUpdate:
    """Fetch what the table lacks of the request, and write it.

    Raises
    ------
    DataError
        A symbol has no bar, or the bars have a flaw that blocks. Nothing was written.
    StorageError
        The table can't be read or written.
    """
    # What is written last is read first: beside another writer, no bar that is claimed can be missed.
    covered, held = table.coverage.of(request.symbols), table.holdings(request.symbols)
    before = table.closes(request.symbols, date.min, request.through)
    plan = plan_fetch(request, source.name, before, held, covered)
    fetched = fetch(source, plan.windows)
    restated = restated_symbols(before, fetched, plan.replaced)
    if restated:
        plan = plan.replacing(restated, request, held)
        fetched = pd.concat(
            [fetched[~fetched["symbol"].isin(restated)], fetch(source, plan.whole(restated))],
            ignore_index=True,
        )
    after = _closes_after(before, fetched, plan)
    _refuse_empty(after, source, request)
    _refuse_flaws(find_flaws(after, _expectation(request)), source)
    outcome = table.write(fetched, replacing=plan.replaced, requested_at=request.requested_at)
    table.coverage.record({symbol: Coverage(source.name, since) for symbol, since in plan.since.items()})
    return TableUpdate(
        version=outcome.version,
        rows_written=outcome.rows_written,
        restatements=measure_restatement(before, after, plan.replaced),
        spans=_spans(after),
    )


def _closes_after(before: pd.DataFrame, fetched: pd.DataFrame, plan: FetchPlan) -> pd.DataFrame:
    """Return the closes that the table will hold up to the session asked for."""
    kept = before.drop(columns=[symbol for symbol in plan.replaced if symbol in before.columns])
    return closes_of(fetched).combine_first(kept).reindex(columns=before.columns).sort_index()


def _refuse_empty(after: pd.DataFrame, source: BarSource, request: BarsRequest) -> None:
    empty = [symbol for symbol in request.symbols if after[symbol].isna().all()]
    if empty:
        raise DataError(
            f"no bar of {', '.join(empty)} between {request.history_start} and {request.through}",
            where=source.name,
            remedy="See that the symbol is spelled as the source spells it, and that it traded by then",
        )


def _expectation(request: BarsRequest) -> BarExpectation:
    return BarExpectation(request.symbols, accepted_jumps=frozenset(request.accepted_jumps))


def _refuse_flaws(flaws: tuple[BarFlaw, ...], source: BarSource) -> None:
    found = blocking(flaws)
    if not found:
        return
    told = "; ".join(f"{flaw.symbol} on {flaw.session}: {flaw.message}" for flaw in found[:_MOST_NAMED])
    more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    raise DataError(
        told + more,
        where=source.name,
        remedy="Correct the bars at their source; a real jump can be named in market_data.accepted_jumps",
    )


def _spans(after: pd.DataFrame) -> tuple[SymbolSpan, ...]:
    return tuple(
        SymbolSpan(symbol, known.index[0].date(), known.index[-1].date())
        for symbol, known in ((symbol, after[symbol].dropna()) for symbol in after.columns)
    )
