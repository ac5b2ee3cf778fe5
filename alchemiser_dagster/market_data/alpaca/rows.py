"""From bars as Alpaca sends them to the frame of bars, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alchemiser_dagster.broker.alpaca.payload import JsonObject
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.alpaca.pages import Rows
from alchemiser_dagster.market_data.alpaca.wire_times import day_of
from alchemiser_dagster.market_data.schema import BAR_COLUMNS, check_bars, typed_bars

if TYPE_CHECKING:
    from alchemiser_dagster.sessions import TradingCalendar

_NUMBERS = {int, Decimal}
_EPOCH = date(1970, 1, 1)
_NO_SESSION = (
    "Bring exchange-calendars up to date if the exchange did trade then; "
    "otherwise begin market_data.history_start after it, and tell Alpaca of it"
)
_KEYS = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}


class RowReader:
    """Turns the bars of one source into frames.

    Parameters
    ----------
    source
        The name that each bar carries.
    calendar
        Every bar's session must be one of its sessions.
    """

    def __init__(self, source: str, calendar: TradingCalendar) -> None:
        self._source = source
        self._calendar = calendar

    def frame(self, rows: Rows, names: Mapping[str, str]) -> pd.DataFrame:
        """Return the bars as they are ordered in the answer.

        Parameters
        ----------
        rows
            Bars as they were sent. A price that lacks is NaN; a number becomes the float that is nearest to
            it as it was written. The session is the New York date of the bar's time.
        names
            Our spelling of each symbol that was asked for, by Alpaca's.

        Raises
        ------
        DataError
            Naming symbol and session: a symbol that was not asked for, a time that can't be read or lies on
            no session, a price that is no number > 0, a second bar of a session.
        """
        strays = sorted(set(rows) - set(names))
        if strays:
            raise self._refusal(f"answered with bars of {strays[0]}, which was not asked for")
        sent = list(chain.from_iterable(rows.values()))
        symbols = [names[symbol] for symbol, bars in rows.items() for _ in bars]
        columns: dict[str, object] = {
            "symbol": symbols,
            "session": self._sessions(sent, symbols),
            "source": self._source,
            **{column: self._numbers(sent, symbols, column) for column in _KEYS},
        }
        bars = typed_bars(pd.DataFrame(columns, columns=list(BAR_COLUMNS)))
        return check_bars(bars, where=self._source)

    def _sessions(
        self, sent: Sequence[JsonObject], symbols: Sequence[str]
    ) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        """Return the New York date of each bar; a time that many bars have in common is read once."""
        texts = [str(row.get("t")) for row in sent]
        days = {text: day_of(text) for text in dict.fromkeys(texts)}
        numbers: dict[str, int] = {}
        for text, day in days.items():
            if day is None or not self._calendar.is_session(day):
                raise self._no_session(symbols[texts.index(text)], text, day)
            numbers[text] = (day - _EPOCH).days
        counted = np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))
        return counted.astype("datetime64[D]")

    def _numbers(
        self, sent: Sequence[JsonObject], symbols: Sequence[str], column: str
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        values = [row.get(_KEYS[column]) for row in sent]
        strange = set(map(type, values)) - _NUMBERS
        if strange - {type(None)}:
            wrong = next(place for place, value in enumerate(values) if type(value) in strange - {type(None)})
            where = f"{symbols[wrong]} on {day_of(sent[wrong].get('t'))}"
            raise self._refusal(f"{where} has {column} {values[wrong]!r}, which is no number")
        return _floats([np.nan if value is None else value for value in values] if strange else values)

    def _no_session(self, symbol: str, text: str, day: date | None) -> DataError:
        if day is None:
            return self._refusal(f"{symbol} has a bar whose time {text!r} can't be read")
        return self._refusal(f"{symbol} has a bar on {day}, which is no trading session", _NO_SESSION)

    def _refusal(
        self, what: str, remedy: str = "Ask again later; nothing of the answer was stored"
    ) -> DataError:
        return DataError(what, where=self._source, remedy=remedy)


def _floats(numbers: Sequence[object]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the nearest floats; a number beyond them all is infinite."""
    try:
        return np.fromiter(map(float, numbers), np.float64, len(numbers))  # type: ignore[arg-type]
    except OverflowError:
        return _floats([Decimal(number) if type(number) is int else number for number in numbers])
