"""Checking the rows of a file one rule at a time; the first row that breaks one is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.file_reading import LINE
from alchemiser_dagster.market_data.schema import NUMBER_COLUMNS

if TYPE_CHECKING:
    from alchemiser_dagster.sessions import TradingCalendar


def checked_rows(raw: pd.DataFrame, path: Path, calendar: TradingCalendar) -> pd.DataFrame:
    """Return the rows with sessions as midnights and prices as numbers.

    Raises
    ------
    DataError
        Naming the file, the line (CSV) or the symbol and session, and what is wrong there.
    """
    sheet = _Sheet(raw, path)
    rows = raw.assign(session=_sessions(sheet, calendar))
    for column in NUMBER_COLUMNS:
        if column in raw.columns:
            rows[column] = _numbers(sheet, column)
    sheet.refuse(rows.duplicated(["symbol", "session"]), "has more than one bar", "Keep one of them")
    return rows


class _Sheet:
    """The rows as they stand in the file, able to say where one is."""

    def __init__(self, raw: pd.DataFrame, path: Path) -> None:
        self.raw = raw
        self._path = path

    def refuse(self, wrong: pd.Series[bool], what: str, remedy: str) -> None:
        """Raise for the first row that is marked wrong."""
        if not wrong.any():
            return
        row = self.raw[wrong].iloc[0]
        line = f", line {row[LINE]}" if LINE in self.raw.columns else ""
        more = f" (and {int(wrong.sum()) - 1} rows more)" if wrong.sum() > 1 else ""
        day = row["session"].date() if isinstance(row["session"], pd.Timestamp) else row["session"]
        raise DataError(f"{row['symbol']} on {day} {what}{more}", where=f"{self._path}{line}", remedy=remedy)

    def value(self, wrong: pd.Series[bool], column: str) -> str:
        """Return the first wrong value as it stands in the file."""
        values = self.raw.loc[wrong, column]
        return "" if values.empty else str(values.iloc[0])


def _sessions(sheet: _Sheet, calendar: TradingCalendar) -> pd.Series[pd.Timestamp]:
    sessions = pd.to_datetime(sheet.raw["session"], errors="coerce", format="ISO8601")
    if sessions.dt.tz is not None:
        sessions = sessions.dt.tz_localize(None)
    sheet.refuse(
        sessions.isna(), "has a session that can't be read as a date", "Write sessions like 2024-11-29"
    )
    sheet.refuse(sessions != sessions.dt.normalize(), "has a time of day", "Write sessions as dates alone")
    sheet.refuse(
        ~sessions.isin(calendar.index),
        "is not a trading session of the New York Stock Exchange",
        "Remove the bar, or correct its date",
    )
    return sessions


def _numbers(sheet: _Sheet, column: str) -> pd.Series[float]:
    raw = sheet.raw[column]
    numbers = pd.to_numeric(raw, errors="coerce").astype(np.float64)
    unread = numbers.isna() & raw.notna()
    remedy = "Correct the bar or remove it"
    sheet.refuse(unread, f"has {column} {sheet.value(unread, column)!r}, which is no number", remedy)
    if column == "close":
        sheet.refuse(numbers.isna(), "has no close", remedy)
    least = 0.0 if column == "volume" else np.nextafter(0.0, 1.0)
    wrong = (numbers < least) | np.isinf(numbers)
    sheet.refuse(wrong, f"has {column} {sheet.value(wrong, column)}, which no {column} can be", remedy)
    return numbers
