"""Reading the rows of some symbols out of a file, as they stand there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.schema import BAR_COLUMNS

REQUIRED_COLUMNS = ("symbol", "session", "close")
LINE = "line"
_READ_COLUMNS = tuple(column for column in BAR_COLUMNS if column != "source")
_FIRST_LINE = 2


def read_rows(path: Path, symbols: Collection[str]) -> pd.DataFrame:
    """Return the rows of the symbols with the columns of a bar that the file has.

    Rows of a CSV file are text, with the number of their line in the column `line`.

    Raises
    ------
    DataError
        The file is missing, of another kind, can't be read, or lacks a column.
    """
    if not path.is_file():
        raise DataError(
            "there is no such file of bars", where=str(path), remedy="Name a Parquet or CSV file that exists"
        )
    match path.suffix.lower():
        case ".parquet" | ".pq":
            return _read_parquet(path, symbols)
        case ".csv":
            return _read_csv(path, symbols)
        case other:
            raise DataError(
                f"bars can't be read from a file that ends in {other!r}",
                where=str(path),
                remedy="Give a file that ends in .parquet, .pq or .csv",
            )


def _read_parquet(path: Path, symbols: Collection[str]) -> pd.DataFrame:
    import pyarrow.parquet as pq
    from pyarrow.lib import ArrowException

    with _readable(path, "Parquet", ArrowException):
        columns = _columns_to_read(path, pq.read_schema(path).names)
        chosen = [("symbol", "in", sorted(symbols))] if symbols else None
        table = pq.read_table(path, columns=columns, filters=chosen, partitioning=None)
        rows: pd.DataFrame = table.to_pandas()
    return rows[rows["symbol"].isin(symbols)].reset_index(drop=True)


def _read_csv(path: Path, symbols: Collection[str]) -> pd.DataFrame:
    with _readable(path, "CSV", pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError):
        header = pd.read_csv(path, nrows=0)
        columns = _columns_to_read(path, [str(column) for column in header.columns])
        rows = pd.read_csv(path, usecols=columns, dtype=str, skip_blank_lines=False, encoding="utf-8")
    rows[LINE] = rows.index + _FIRST_LINE
    return rows[rows["symbol"].isin(symbols)].reset_index(drop=True)


def _columns_to_read(path: Path, found: Sequence[str]) -> list[str]:
    lacking = [column for column in REQUIRED_COLUMNS if column not in found]
    if lacking:
        raise DataError(
            f"the file has no column {' or '.join(repr(column) for column in lacking)};"
            f" it has {', '.join(found)}",
            where=str(path),
            remedy="Name its columns symbol, session, close, and open, high, low, volume where it has them",
        )
    return [column for column in _READ_COLUMNS if column in found]


@contextmanager
def _readable(path: Path, kind: str, *refusals: type[Exception]) -> Iterator[None]:
    caught: tuple[type[Exception], ...] = (OSError, *refusals)
    try:
        yield
    except caught as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"this is not a readable {kind} file: {first_line}",
            where=str(path),
            remedy="Write it anew, or give another file",
        ) from error
