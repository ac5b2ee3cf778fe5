"""The bars that are kept: a Delta Lake table, upserted as a whole, every version readable for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.market_data import bar_reading as reading
from alchemiser_dagster.market_data.bar_changes import BarChanges, changes_between
from alchemiser_dagster.market_data.coverage import CoverageTable
from alchemiser_dagster.market_data.schema import BAR_COLUMNS, NUMBER_COLUMNS, check_bars
from alchemiser_dagster.market_data.storage import (
    Commit,
    Layout,
    appended,
    compacted,
    merged,
    newest_note,
    opened,
    opened_or_created,
    quoted,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

Answer = TypeVar("Answer")

_MOST_ATTEMPTS = 12
_SMALL_FILES = 32
_REQUESTED_AT = "requested_at"


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What a write did: the version that holds it, and how many rows were inserted or changed."""

    version: int
    rows_written: int


_COLUMNS = (
    ("symbol", "string"),
    ("session", "date"),
    *((column, "double") for column in NUMBER_COLUMNS),
    ("source", "string"),
    ("year", "integer"),
)


class BarTable:
    """Bars by symbol and session, partitioned by year, with the coverage of each symbol beside them.

    Parameters
    ----------
    location
        A folder, or the URL of one on an object store. The table lies in `bars`, the coverage in `coverage`.
    """

    def __init__(self, location: str) -> None:
        root = location.rstrip("/")
        self.location = f"{root}/bars"
        self.layout = Layout(self.location, _COLUMNS, keys=("symbol", "session"), partition_by=("year",))
        self.coverage = CoverageTable(f"{root}/coverage")

    def version(self) -> int | None:
        """Return the newest version, or None where nothing was ever written."""
        table = opened(self.location)
        return None if table is None else table.version()

    def write(
        self, bars: pd.DataFrame, replacing: Iterable[str] = (), requested_at: datetime | None = None
    ) -> WriteOutcome:
        """Insert the new bars and update the changed ones, in one commit or not at all.

        Parameters
        ----------
        bars
            Bars as `check_bars` wants them. Where all of them are stored already, nothing is written.
        replacing
            Symbols whose whole history becomes what `bars` holds: their other rows are deleted in the same
            commit.
        requested_at
            When the bars were asked for, noted with the commit; None notes nothing.

        Raises
        ------
        DataError
            The bars are malformed.
        StorageError
            The table can't be written, or other writers were always faster.
        """
        checked = check_bars(bars, where="bars to write")
        replaced = frozenset(replacing)
        note = {} if requested_at is None else {_REQUESTED_AT: requested_at.isoformat()}
        for _ in range(_MOST_ATTEMPTS):
            outcome = self._try_to_write(checked, replaced, note)
            if outcome is not None:
                return outcome
        raise StorageError(
            f"other writers changed the table during each of {_MOST_ATTEMPTS} attempts to write",
            where=self.location,
            remedy="Let the other writers finish, then run again",
        )

    def _try_to_write(
        self, bars: pd.DataFrame, replaced: frozenset[str], note: Mapping[str, str]
    ) -> WriteOutcome | None:
        """Return the outcome, or None where another writer committed in between."""
        table = opened_or_created(self.layout)
        changes = changes_between(reading.stored_like(table, bars, replaced), bars, replaced)
        if changes.is_empty:
            return WriteOutcome(table.version(), 0)
        if not self._commit(table, changes, note):
            return None
        self._tidy(table, changes)
        return WriteOutcome(table.version(), changes.rows_changed)

    def _commit(self, table: DeltaTable, changes: BarChanges, note: Mapping[str, str]) -> bool:
        rows = _arrow(changes.rows)
        if changes.emptied:
            deleting = f"target.symbol IN ({quoted(changes.emptied)})"
            return merged(table, self.layout, Commit(rows, deleting=deleting, note=note))
        if changes.are_new:
            return appended(table, self.layout, Commit(rows, note=note))
        years = ", ".join(str(year) for year in _years(changes))
        return merged(table, self.layout, Commit(rows, within=f"target.year IN ({years})", note=note))

    def _tidy(self, table: DeltaTable, changes: BarChanges) -> None:
        """Join a year's files once there are many: a session's write adds one."""
        files = table.file_uris()
        for year in _years(changes):
            if sum(f"/year={year}/" in file for file in files) > _SMALL_FILES:
                compacted(table, self.layout, str(year))

    def bars(
        self, symbols: Sequence[str], first: date, last: date, version: int | None = None
    ) -> pd.DataFrame:
        """Return the stored bars from the first day to the last, sorted by symbol and session."""
        return self._read(version, lambda table: reading.read_bars(table, symbols, first, last))

    def closes(
        self, symbols: Sequence[str], first: date, last: date, version: int | None = None
    ) -> pd.DataFrame:
        """Return closes in dollars, sessions by symbols, both sorted as asked.

        A symbol without bars is a column of NaN; a session on which no symbol has a bar is absent.
        """
        return self._read(version, lambda table: reading.read_closes(table, symbols, first, last))

    def span(self, symbols: Sequence[str], version: int | None = None) -> Mapping[str, tuple[date, date]]:
        """Return the first and the last stored session of each symbol that has one."""
        holdings = self.holdings(symbols, version)
        return {symbol: (holding.first, holding.last) for symbol, holding in holdings.items()}

    def holdings(self, symbols: Sequence[str], version: int | None = None) -> Mapping[str, reading.Holding]:
        """Return what is stored of each symbol that has a bar: its span and its sources."""
        return self._read(version, lambda table: reading.read_holdings(table, symbols))

    def requested_at(self, version: int | None = None) -> datetime | None:
        """Return when the newest bars of a version were asked for, or None where nobody noted it."""
        noted = newest_note(self.location, version, _REQUESTED_AT)
        return None if noted is None else datetime.fromisoformat(noted)

    def _read(self, version: int | None, read: Callable[[DeltaTable | None], Answer]) -> Answer:
        table = opened(self.location, version)
        if table is None and version is not None:
            raise StorageError(
                f"version {version} of the bar table is not there",
                where=self.location,
                remedy="Name a version that the table has",
            )
        return read(table)


def _years(changes: BarChanges) -> list[int]:
    return sorted(set(changes.rows["session"].dt.year))


def _arrow(bars: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    numbers = [(column, pa.float64()) for column in NUMBER_COLUMNS]
    fields = [("symbol", pa.string()), ("session", pa.date32()), *numbers, ("source", pa.string())]
    rows = pa.Table.from_pandas(bars[list(BAR_COLUMNS)], pa.schema(fields), preserve_index=False)
    return rows.append_column("year", pa.array(bars["session"].dt.year, pa.int32()))
