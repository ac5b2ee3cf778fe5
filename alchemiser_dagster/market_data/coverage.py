"""Since when each symbol's source was already asked: a small table beside the bars.

A fund that was listed late has no bars before its listing; without this, its empty history would be asked
for again on every session. It is written after the bars: a crash in between only asks once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.market_data.storage import (
    Commit,
    Layout,
    merged,
    opened,
    opened_or_created,
    storage_errors,
)

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Coverage:
    """The first day for which a source was asked; from there on, whatever it had is stored."""

    source: str
    since: date

    def joined(self, other: Coverage) -> Coverage:
        """Return the earlier of both where the source is the same, else the other one."""
        if other.source != self.source:
            return other
        return Coverage(self.source, min(self.since, other.since))


class CoverageTable:
    """The newest coverage of every symbol.

    Parameters
    ----------
    location
        A folder or the URL of one.
    """

    def __init__(self, location: str) -> None:
        columns = (("symbol", "string"), ("source", "string"), ("since", "date"))
        self._layout = Layout(location, columns, keys=("symbol",))

    def of(self, symbols: Sequence[str]) -> Mapping[str, Coverage]:
        """Return the coverage of each symbol that was ever asked for."""
        import pyarrow as pa
        import pyarrow.compute as pc

        table = opened(self._layout.location)
        if table is None:
            return {}
        with storage_errors(self._layout.location, "read"):
            rows = table.to_pyarrow_dataset().to_table()
        wanted = pa.array(list(symbols), pa.string())
        rows = rows.filter(pc.is_in(rows["symbol"], value_set=wanted))
        return {row["symbol"]: Coverage(row["source"], row["since"]) for row in rows.to_pylist()}

    def record(self, asked: Mapping[str, Coverage]) -> None:
        """Widen the coverage of the symbols; another source's coverage is replaced."""
        for _ in range(_MOST_ATTEMPTS):
            if self._try_to_record(asked):
                return
        raise StorageError(
            f"other writers changed the coverage during each of {_MOST_ATTEMPTS} attempts to write",
            where=self._layout.location,
            remedy="Let the other writers finish, then run again",
        )

    def _try_to_record(self, asked: Mapping[str, Coverage]) -> bool:
        import pyarrow as pa

        table = opened_or_created(self._layout)
        known = self.of(list(asked))
        wanted = {symbol: known.get(symbol, coverage).joined(coverage) for symbol, coverage in asked.items()}
        rows = [
            {"symbol": symbol, "source": coverage.source, "since": coverage.since}
            for symbol, coverage in wanted.items()
            if known.get(symbol) != coverage
        ]
        if not rows:
            return True
        return merged(table, self._layout, Commit(pa.Table.from_pylist(rows, schema=_schema())))


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([("symbol", pa.string()), ("source", pa.string()), ("since", pa.date32())])
