"""Connections to the ledger's database: SQLite in write-ahead mode by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from sqlite3 import Connection as SqliteConnection
from threading import Lock

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import StatementError

from alchemiser_dagster.errors import ConfigurationError, StorageError

BUSY_TIMEOUT_MILLISECONDS = 30_000


class Database:
    """One database, by its SQLAlchemy URL.

    `transaction` writes, `reading` reads. On SQLite a transaction takes the write lock at its start, so that
    what it reads first is still true when it writes; several processes queue for up to 30 seconds. Threads of
    one process queue here: SQLite lets newcomers go before who has waited for long.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._writing = Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.url.get_backend_name() == "sqlite"

    @cached_property
    def engine(self) -> Engine:
        """The pool of connections."""
        if not self.is_sqlite:
            return self._server_engine()
        engine = create_engine(self.url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _server_engine(self) -> Engine:
        try:
            return create_engine(self.url, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"the driver {error.name} of the database is not installed",
                where=self.url.render_as_string(hide_password=True),
                remedy=f"Install {error.name} beside this package, or leave database_url out for SQLite",
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection whose changes are committed together at the end, or not at all."""
        with self._turn(), self._connected(writes=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one consistent state and changes nothing."""
        with self._connected(writes=False) as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this thread's turn to write, where there is one writer alone."""
        if not self.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_MILLISECONDS / 1_000):
            raise StorageError(
                "another thread has been writing for too long", where=self.url.render_as_string()
            )
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(writes=writes) as connection, connection.begin():
                yield connection
        except StatementError as error:
            raise self._understood(error) from error

    def _understood(self, error: StatementError) -> StorageError:
        if isinstance(error.orig, StorageError):
            return error.orig
        return StorageError(
            f"the database refused: {error.orig}",
            where=self.url.render_as_string(hide_password=True),
            remedy="Check that its disk is writable and not full, then run `alchemiser doctor`",
        )

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # the begin event below opens transactions, not the driver
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")
