"""Keep the bar table quick and small: join small files, delete those that no kept version needs.

A version that is kept can be read as on its first day: its files are never deleted, however old.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.storage import Layout, compacted, opened, vacuumed

if TYPE_CHECKING:
    from deltalake import DeltaTable

MOST_FILES = 8
GRACE_HOURS = 7 * 24
"""What was current within the last week is kept too: a record that names it may just be on its way."""


@dataclass(frozen=True)
class Upkeep:
    """What was done: partitions whose files were joined, files that were deleted, versions that were kept."""

    joined: tuple[str, ...]
    deleted: int
    kept_versions: int


def tidy_table(table: BarTable, referred: Collection[int], grace_hours: int = GRACE_HOURS) -> Upkeep:
    """Join files where a year has many, and delete what neither the referred versions nor the last week need.

    Raises
    ------
    StorageError
        If the table can't be read or written; nothing that is referred to was deleted then.
    """
    newest = opened(table.location)
    if newest is None:
        return Upkeep((), 0, 0)
    joined = _join(newest, table.layout)
    kept = sorted(version for version in referred if version <= newest.version())
    return Upkeep(joined, vacuumed(table.location, kept, grace_hours), len(kept))


def _join(newest: DeltaTable, layout: Layout) -> tuple[str, ...]:
    """Join the files of each year that has many of them; return the years."""
    years = Counter(
        part.removeprefix("year=")
        for file in newest.file_uris()
        for part in file.split("/")
        if part.startswith("year=")
    )
    crowded = tuple(sorted(year for year, files in years.items() if files > MOST_FILES))
    for year in crowded:
        compacted(newest, layout, year)
    return crowded
