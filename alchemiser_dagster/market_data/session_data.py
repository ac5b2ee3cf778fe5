"""The bars on which a session's decisions stand.

1. `price_basis_of` says what stands for the session's own close: its official close once the session is over,
   its provisional price while it runs, or the close before where the settings ask for that.
2. `collect_market_data` brings the table up to date for all asked sessions at once and records, for each, the
   version of the table, the last sealed session and the provisional prices.
3. `decision_closes` gives those very closes back, from the record alone (R-46).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.market_data.fetch_plan import OVERLAP_SESSIONS, BarsRequest
from alchemiser_dagster.market_data.provisional import with_provisional
from alchemiser_dagster.market_data.quality import BarExpectation, BarFlaw, find_duplicates, find_flaws
from alchemiser_dagster.market_data.source import no_price
from alchemiser_dagster.market_data.update import bring_up_to_date
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import MarketData, PriceBasis, ProvisionalPrice
from alchemiser_dagster.sessions import TradingCalendar

if TYPE_CHECKING:
    from alchemiser_dagster.market_data.bar_table import BarTable
    from alchemiser_dagster.market_data.source import BarSource


@dataclass(frozen=True)
class MarketPlace:
    """Where bars come from, where they are kept, and what time it is."""

    source: BarSource
    table: BarTable
    calendar: TradingCalendar
    clock: Clock


class KeptBars(Protocol):
    """What it takes to read kept bars again: no source, and no time."""

    @property
    def table(self) -> BarTable:
        """Where bars are kept."""

    @property
    def calendar(self) -> TradingCalendar:
        """The sessions of the exchange."""


@dataclass(frozen=True)
class DataRequest:
    """What the sessions need: symbols, the first session of history, what stands for a close.

    `accepted_jumps` and `overlap` as in `BarsRequest`.
    """

    symbols: tuple[str, ...]
    history_start: date
    signal_price: PriceBasis
    accepted_jumps: tuple[tuple[str, date], ...] = ()
    overlap: int = OVERLAP_SESSIONS


def price_basis_of(session: date, place: MarketPlace, signal_price: PriceBasis) -> PriceBasis:
    """Return what stands for the session's own close; raise `SessionError` for one that has not come."""
    now = place.clock.now()
    if session > place.calendar.session_at(now):
        raise SessionError(
            f"session {session} has not come yet",
            remedy=f"The latest session is {place.calendar.session_at(now)}",
        )
    if signal_price is PriceBasis.PREVIOUS_CLOSE:
        return PriceBasis.PREVIOUS_CLOSE
    sealed = session <= place.calendar.last_complete(now)
    return PriceBasis.OFFICIAL if sealed else PriceBasis.PROVISIONAL


def collect_market_data(
    place: MarketPlace, request: DataRequest, envelopes: Mapping[date, Envelope]
) -> tuple[MarketData, ...]:
    """Bring the bar table up to date and return one record for each session, in order.

    Raises
    ------
    SessionError
        If a session has not come yet.
    DataError
        If a symbol has no bars, or no provisional price where one is needed; nothing is written then.
    """
    bases = {session: price_basis_of(session, place, request.signal_price) for session in sorted(envelopes)}
    provisional = _provisional_prices(place, request, bases)
    through = max(_last_sealed(session, basis, place.calendar) for session, basis in bases.items())
    wanted = BarsRequest(
        symbols=request.symbols,
        history_start=request.history_start,
        through=through,
        accepted_jumps=request.accepted_jumps,
        overlap=request.overlap,
        requested_at=place.clock.now(),
    )
    update = bring_up_to_date(place.table, place.source, wanted)
    return tuple(
        MarketData(
            envelope=envelopes[session],
            session=session,
            symbols=request.symbols,
            bar_source=place.source.name,
            table_version=update.version,
            first_session=request.history_start,
            last_session=_last_sealed(session, basis, place.calendar),
            rows_written=update.rows_written,
            restated=update.restatements,
            price_basis=basis,
            provisional_prices=provisional if basis is PriceBasis.PROVISIONAL else (),
        )
        for session, basis in bases.items()
    )


def decision_closes(place: KeptBars, data: MarketData) -> pd.DataFrame:
    """Return the closes, sessions by symbols, whose last row is the decision of the record's session.

    With the previous close as basis, each row stands for the session after the one of its bars: what was
    known when that session began.
    """
    closes = place.table.closes(data.symbols, data.first_session, data.last_session, data.table_version)
    if data.price_basis is PriceBasis.PROVISIONAL:
        return with_provisional(closes, data.provisional_prices, data.session)
    if data.price_basis is PriceBasis.PREVIOUS_CLOSE:
        following = [place.calendar.following(session) for session in pd.DatetimeIndex(closes.index).date]
        return closes.set_axis(pd.DatetimeIndex(following), axis="index")
    return closes


def decision_flaws(
    place: MarketPlace, data: MarketData, accepted_jumps: tuple[tuple[str, date], ...] = ()
) -> tuple[BarFlaw, ...]:
    """Return what is wrong with the bars that the record's session decides on (R-35)."""
    expectation = BarExpectation(
        symbols=data.symbols,
        sessions=place.calendar.between(data.first_session, data.session),
        required=data.session,
        accepted_jumps=frozenset(accepted_jumps),
    )
    bars = place.table.bars(data.symbols, data.first_session, data.last_session, data.table_version)
    return find_duplicates(bars) + find_flaws(decision_closes(place, data), expectation)


def sessions_by_bars(data: Sequence[MarketData]) -> tuple[tuple[MarketData, ...], ...]:
    """Group records that can be evaluated in one sweep: same version, symbols and kind of price.

    A later session's closes contain an earlier one's, so the last record of a group serves the whole group.
    """
    groups: dict[tuple[int, tuple[str, ...], bool], list[MarketData]] = {}
    for record in sorted(data, key=lambda found: found.session):
        is_previous = record.price_basis is PriceBasis.PREVIOUS_CLOSE
        groups.setdefault((record.table_version, record.symbols, is_previous), []).append(record)
    return tuple(tuple(group) for group in groups.values())


def _last_sealed(session: date, basis: PriceBasis, calendar: TradingCalendar) -> date:
    return session if basis is PriceBasis.OFFICIAL else calendar.previous(session)


def _provisional_prices(
    place: MarketPlace, request: DataRequest, bases: Mapping[date, PriceBasis]
) -> tuple[ProvisionalPrice, ...]:
    waiting = [session for session, basis in bases.items() if basis is PriceBasis.PROVISIONAL]
    if not waiting:
        return ()
    prices = place.source.latest_prices(request.symbols)
    missing = sorted(set(request.symbols) - {price.symbol for price in prices})
    if missing:
        raise no_price(place.source, waiting[-1], missing)
    return prices
