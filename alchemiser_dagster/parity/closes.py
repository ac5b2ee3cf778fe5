"""The closes of a decision beside the same closes as they are known today.

1. `groups_by_closes` finds the records of bars that can be read and evaluated at once.
2. `as_known_today` turns a record into the one that would be made of the newest bars.
3. `changed_closes` measures what differs. `rescaled` makes closes of one session comparable across a split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alchemiser_dagster.records.market import MarketData, PriceBasis, RestatedHistory

if TYPE_CHECKING:
    from alchemiser_dagster.market_data.bar_table import BarTable
    from alchemiser_dagster.sessions import TradingCalendar


@dataclass(frozen=True)
class BarArchive:
    """The kept bars, to be read."""

    table: BarTable
    calendar: TradingCalendar


def groups_by_closes(records: Iterable[MarketData]) -> tuple[tuple[MarketData, ...], ...]:
    """Group records so that the closes of a group's last one contain those of the others.

    A provisional price is of its record alone. Averages reach back to the first bar, so records that begin
    with different sessions don't share.
    """
    groups: dict[tuple[object, ...], list[MarketData]] = {}
    for record in sorted(records, key=lambda found: found.session):
        own = record.envelope.record_id if record.price_basis is PriceBasis.PROVISIONAL else ""
        key = (record.table_version, record.symbols, record.first_session, record.price_basis, own)
        groups.setdefault(key, []).append(record)
    return tuple(tuple(group) for group in groups.values())


def as_known_today(data: MarketData, version: int) -> MarketData:
    """Return the record of the same decision on a later version of the bars, its official close included."""
    if data.price_basis is not PriceBasis.PROVISIONAL:
        return data.model_copy(update={"table_version": version})
    return data.model_copy(
        update={
            "table_version": version,
            "price_basis": PriceBasis.OFFICIAL,
            "last_session": data.session,
            "provisional_prices": (),
        }
    )


def until(closes: pd.DataFrame, session: date) -> pd.DataFrame:
    """Return the closes up to and including the session's."""
    return closes.loc[: pd.Timestamp(session)]


def before_own(closes: pd.DataFrame, session: date) -> pd.DataFrame:
    """Return the closes of the sessions before."""
    return closes.loc[closes.index < pd.Timestamp(session)]


def own_close(closes: pd.DataFrame, session: date) -> pd.DataFrame:
    """Return the session's own closes, a frame of one row or none."""
    return closes.loc[closes.index == pd.Timestamp(session)]


def with_own_close(history: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the history with one more row behind it."""
    return own if history.empty else pd.concat([history, own])


def changed_closes(
    before: pd.DataFrame, after: pd.DataFrame, symbols: Sequence[str]
) -> tuple[RestatedHistory, ...]:
    """Return of which symbols closes differ in any bit, on how many sessions, and by how much at most.

    A close that is only on one side counts as a session, but has no size.
    """
    sessions = before.index.union(after.index)
    old = before.reindex(index=sessions, columns=list(symbols)).to_numpy(dtype=np.float64)
    new = after.reindex(index=sessions, columns=list(symbols)).to_numpy(dtype=np.float64)
    differs = (old != new) & ~(np.isnan(old) & np.isnan(new))
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = np.nan_to_num(np.abs(new / old - 1), nan=0.0, posinf=0.0)
    return tuple(
        RestatedHistory(
            symbol=symbol,
            sessions_changed=int(differs[:, place].sum()),
            largest_change=float(sizes[:, place].max()),
        )
        for place, symbol in enumerate(symbols)
        if differs[:, place].any()
    )


def rescaled(own: pd.DataFrame, history: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the closes of one session, known beside one history, at the scale of another history.

    A split or a dividend after the session rescales all closes before it, the session's own included. The
    last close that both histories have says by how much; a symbol of which they share none stays as it is.
    """
    shared = history.index.intersection(other.index)
    if shared.empty:
        return own
    factors = (other.loc[shared] / history.loc[shared]).ffill().iloc[-1].fillna(1.0)
    return own * factors
