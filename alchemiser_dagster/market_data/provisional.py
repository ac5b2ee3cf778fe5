"""Putting the provisional prices of the traded session on top of the sealed closes (R-33)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.source import LatestPrice
from alchemiser_dagster.sessions import NEW_YORK


def with_provisional(closes: pd.DataFrame, prices: Sequence[LatestPrice], session: date) -> pd.DataFrame:
    """Return the closes with one more row: the provisional prices of the session.

    Parameters
    ----------
    closes
        Sealed closes in dollars, sessions by symbols, all of sessions before the one given.
    prices
        At most one per symbol; those of symbols without a column are left out. A symbol without a price is
        NaN in the new row: the checks of its bars then say that it is stale.
    session
        The session in which the prices were observed.

    Raises
    ------
    DataError
        The session, or a later one, is sealed already; or a price was observed on another day.
    """
    _refuse_sealed(closes, session)
    for price in prices:
        _refuse_other_days(price, session)
    known = {price.symbol: price.price for price in prices}
    row = [known.get(symbol, np.nan) for symbol in closes.columns]
    index = pd.DatetimeIndex([pd.Timestamp(session)], name=closes.index.name)
    provisional = pd.DataFrame([row], index=index, columns=closes.columns, dtype=np.float64)
    return provisional if closes.empty else pd.concat([closes, provisional])


def _refuse_sealed(closes: pd.DataFrame, session: date) -> None:
    if closes.empty or closes.index[-1].date() < session:
        return
    raise DataError(
        f"closes are sealed up to {closes.index[-1].date()}; a provisional price never replaces one",
        where=f"session {session}",
        remedy="Read the closes up to the session before",
    )


def _refuse_other_days(price: LatestPrice, session: date) -> None:
    day = price.observed_at.astimezone(NEW_YORK).date()
    if day != session:
        raise DataError(
            f"the provisional price of {price.symbol} was observed on {day}",
            where=f"session {session}",
            remedy="Ask the source again once the session trades",
        )
