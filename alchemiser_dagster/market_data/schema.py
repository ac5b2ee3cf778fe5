"""What a frame of bars looks like, checked on every frame that enters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alchemiser_dagster.errors import DataError

if TYPE_CHECKING:
    from pandera.errors import SchemaErrors
    from pandera.pandas import DataFrameSchema

BAR_COLUMNS = ("symbol", "session", "open", "high", "low", "close", "volume", "source")
NUMBER_COLUMNS = ("open", "high", "low", "close", "volume")
_MOST_NAMED = 3


def empty_bars() -> pd.DataFrame:
    """Return a frame of bars without a row."""
    return typed_bars(pd.DataFrame({column: [] for column in BAR_COLUMNS}))


def typed_bars(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the columns of a bar, in order and in their types; numbers that lack are NaN."""
    bars = frame.reindex(columns=list(BAR_COLUMNS))
    numbers = dict.fromkeys(NUMBER_COLUMNS, np.float64)
    return bars.astype({"symbol": str, "source": str, "session": "datetime64[ns]", **numbers})


def sorted_bars(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars by symbol and session, rows numbered from zero."""
    return bars.sort_values(["symbol", "session"], kind="stable", ignore_index=True)


def check_bars(bars: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the bars if they are well-formed.

    Parameters
    ----------
    bars
        One row per symbol and session, with exactly `BAR_COLUMNS`. `session` is midnight without a zone;
        `close` is the adjusted close in dollars, finite and > 0; the other prices are finite and > 0, or NaN,
        `volume` is finite and >= 0, or NaN.
    where
        Names the frame in the error.

    Raises
    ------
    DataError
        Naming the first faults by symbol and session.
    """
    from pandera.errors import SchemaErrors

    try:
        _bar_schema().validate(bars, lazy=True)
    except SchemaErrors as error:
        raise DataError(
            _describe(bars, error), where=where, remedy="Correct the bars at their source"
        ) from error
    return bars


def _bar_schema() -> DataFrameSchema:
    from pandera.pandas import Check, Column, DataFrameSchema

    def positive(*, nullable: bool) -> Column:
        return Column(
            float, Check.in_range(0, np.inf, include_min=False, include_max=False), nullable=nullable
        )

    midnight = Check(lambda sessions: sessions == sessions.dt.normalize(), error="midnight")
    named = Check(lambda names: names.str.len() > 0, error="not_empty")
    return DataFrameSchema(
        {
            "symbol": Column(str, named),
            "session": Column("datetime64[ns]", midnight),
            "open": positive(nullable=True),
            "high": positive(nullable=True),
            "low": positive(nullable=True),
            "close": positive(nullable=False),
            "volume": Column(float, Check.in_range(0, np.inf, include_max=False), nullable=True),
            "source": Column(str, named),
        },
        strict=True,
        ordered=True,
        unique=["symbol", "session"],
        report_duplicates="exclude_first",
    )


def _describe(bars: pd.DataFrame, error: SchemaErrors) -> str:
    faults = error.failure_cases.drop_duplicates(["column", "check", "index"])
    told = [_one_fault(bars, fault) for fault in faults.head(_MOST_NAMED).to_dict("records")]
    more = len(faults) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


def _one_fault(bars: pd.DataFrame, fault: dict[str, object]) -> str:
    row, column, check = fault["index"], fault["column"], fault["check"]
    if row not in bars.index or not {"symbol", "session"} <= set(bars.columns):
        return f"column {fault['failure_case']!r} breaks the rule {check}"
    bar = bars.loc[[row]].to_dict("records")[0]
    place = f"{bar['symbol']} on {_day_of(bar['session'])}"
    if check == "multiple_fields_uniqueness":
        return f"{place} has more than one bar"
    return f"{place} has {column} {fault['failure_case']}"


def _day_of(session: object) -> str:
    return str(session.date()) if isinstance(session, pd.Timestamp) else str(session)
