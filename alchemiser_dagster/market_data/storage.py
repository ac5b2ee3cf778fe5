"""Delta Lake as this room uses it: open, create, merge; its failures become `StorageError`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alchemiser_dagster.errors import StorageError

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable

_KEEP_EVERY_VERSION: dict[str, str | None] = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table lies, what its columns are, which name a row, and by which it is partitioned.

    Columns are pairs of a name and a Delta type (`string`, `date`, `double`, `integer`).
    """

    location: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    partition_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit brings.

    Parameters
    ----------
    rows
        Rows with all columns of the layout.
    within
        A condition on `target` that says which partitions can hold a match; empty for all.
    deleting
        A condition on `target`: rows that meet it and match no given row are deleted.
    note
        Words that the table's log keeps with the commit.
    """

    rows: pa.Table
    within: str = ""
    deleting: str | None = None
    note: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def storage_errors(location: str, doing: str) -> Iterator[None]:
    """Turn what Delta Lake raises inside into a `StorageError` that names the table."""
    from deltalake.exceptions import DeltaError
    from pyarrow.lib import ArrowException

    try:
        yield
    except (DeltaError, ArrowException, OSError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise StorageError(
            f"the table could not be {doing}: {first_line}",
            where=location,
            remedy="See that the folder is whole and may be written; earlier versions may still be readable",
        ) from error


def opened(location: str, version: int | None = None) -> DeltaTable | None:
    """Return the table, at its newest version or the one named, or None where there is none."""
    from deltalake import DeltaTable

    with storage_errors(location, "opened" if version is None else f"opened at version {version}"):
        if not DeltaTable.is_deltatable(location):
            return None
        return DeltaTable(location, version=version)


def opened_or_created(layout: Layout) -> DeltaTable:
    """Return the table, made empty where there was none; two who make it at once get the same one."""
    from deltalake import DeltaTable, Field, Schema
    from deltalake.exceptions import DeltaError
    from deltalake.schema import PrimitiveType

    table = opened(layout.location)
    if table is not None:
        return table
    schema = Schema([Field(name, PrimitiveType(kind)) for name, kind in layout.columns])
    with storage_errors(layout.location, "created"):
        try:
            return DeltaTable.create(
                layout.location,
                schema,
                mode="error",
                partition_by=list(layout.partition_by),
                configuration=_KEEP_EVERY_VERSION,
            )
        except DeltaError:
            if not DeltaTable.is_deltatable(layout.location):
                raise
            return DeltaTable(layout.location)


def merged(table: DeltaTable, layout: Layout, commit: Commit) -> bool:
    """Upsert rows by the layout's keys in one commit; return False where another writer came first.

    The table must stand at the version that the rows were prepared for.
    """
    from deltalake.exceptions import CommitFailedError

    matches = [f"target.{key} = source.{key}" for key in (*layout.partition_by, *layout.keys)]
    with storage_errors(layout.location, "written"):
        merger = table.merge(
            commit.rows,
            " AND ".join([*matches, *([commit.within] if commit.within else [])]),
            source_alias="source",
            target_alias="target",
            commit_properties=_strict(commit),
        )
        merger = merger.when_matched_update_all().when_not_matched_insert_all()
        if commit.deleting is not None:
            merger = merger.when_not_matched_by_source_delete(commit.deleting)
        try:
            merger.execute()
        except CommitFailedError:
            return False
    return True


def appended(table: DeltaTable, layout: Layout, commit: Commit) -> bool:
    """Add rows of which no key is stored in one commit; return False where another writer came first."""
    from deltalake import write_deltalake
    from deltalake.exceptions import CommitFailedError

    with storage_errors(layout.location, "written"):
        try:
            write_deltalake(table, commit.rows, mode="append", commit_properties=_strict(commit))
        except CommitFailedError:
            return False
    return True


def _strict(commit: Commit) -> CommitProperties:
    """Return the order to fail if the table changed since it was opened: the rows were chosen by it."""
    from deltalake import CommitProperties

    return CommitProperties(custom_metadata=dict(commit.note), max_commit_retries=0)


def newest_note(location: str, version: int | None, word: str) -> str | None:
    """Return what the newest commit that has the word, up to a version, noted by it; None where none did."""
    table = opened(location)
    if table is None:
        return None
    with storage_errors(location, "read"):
        commits = table.history()
    until = table.version() if version is None else version
    noted = (commit.get(word) for commit in commits if commit["version"] <= until)
    return next((str(note) for note in noted if note is not None), None)


def compacted(table: DeltaTable, layout: Layout, partition: str) -> None:
    """Join the small files of a partition; a writer who came first makes that unnecessary today."""
    from deltalake.exceptions import CommitFailedError

    with storage_errors(layout.location, "compacted"):
        try:
            table.optimize.compact(partition_filters=[(layout.partition_by[0], "=", partition)])
        except CommitFailedError:
            return


def vacuumed(location: str, kept_versions: Sequence[int], grace_hours: int) -> int:
    """Delete the files that neither the newest version nor a kept one needs; return how many.

    `grace_hours` is how long a file stays after the newest version ceased to need it.
    """
    from deltalake import DeltaTable

    with storage_errors(location, "vacuumed"):
        deleted = DeltaTable(location).vacuum(
            retention_hours=grace_hours,
            dry_run=False,
            enforce_retention_duration=False,
            keep_versions=list(kept_versions) or None,
        )
    return len(deleted)


def quoted(values: Iterable[str]) -> str:
    """Return the values as a list of SQL literals."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
