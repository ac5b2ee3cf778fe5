"""Bring the ledger's database to the present schema, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlalchemy import Connection, inspect, text

from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ledger.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

SCHEMA_REVISION = "0004"
SCRIPTS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 60
ADVISORY_LOCK_KEY = 4_815_162_342
IN_MEMORY = frozenset({None, "", ":memory:"})


def migrate(database: Database) -> None:
    """Create or upgrade the schema; do nothing where it is present already.

    Several processes may call it at once: one migrates, the others wait. On SQLite even the first look waits:
    it turns the write-ahead mode on, which SQLite refuses at once while another does the same.

    Raises
    ------
    ConfigurationError
        If the database's folder can't be made.
    StorageError
        If the database can't be written, or was made by a newer version of this program.
    """
    _create_folder(database)
    if not database.is_sqlite and schema_revision(database) == SCHEMA_REVISION:
        return
    with _one_at_a_time(database):
        if schema_revision(database) != SCHEMA_REVISION:
            _upgrade(database)


def schema_revision(database: Database) -> str | None:
    """Return the revision of the database's schema, or None where there is none."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def alembic_config(database: Database, connection: Connection) -> Config:
    """Return Alembic's configuration for the packaged scripts, bound to an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("sqlalchemy.url", str(database.url).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.util import CommandError

    with database.transaction() as connection:
        try:
            command.upgrade(alembic_config(database, connection), "head")
        except CommandError as error:
            raise StorageError(
                f"the ledger's schema can't be brought to revision {SCHEMA_REVISION}: {error}",
                where=database.url.render_as_string(hide_password=True),
                remedy="Was it made by a newer version of alchemiser? Install that one",
            ) from error


def _create_folder(database: Database) -> None:
    if not database.is_sqlite or database.url.database in IN_MEMORY:
        return
    folder = Path(str(database.url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the folder can't be made: {error.strerror}",
            where=str(folder),
            remedy="Set `data_dir` to a folder that you may write",
        ) from error


@contextmanager
def _one_at_a_time(database: Database) -> Iterator[None]:
    if not database.is_sqlite:
        with database.transaction() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK_KEY})
            yield
    elif database.url.database in IN_MEMORY:
        yield
    else:
        with _locked_file(f"{database.url.database}.migration.lock"):
            yield


@contextmanager
def _locked_file(path: str) -> Iterator[None]:
    lock = FileLock(path, timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except OSError as error:
        raise StorageError(
            f"the lock of the ledger can't be taken: {error.strerror or 'another process holds it'}",
            where=path,
            remedy="Check that its folder is writable, and that no other process hangs at its start",
        ) from error
    try:
        yield
    finally:
        lock.release()
