"""The log of a command: a file, so that the terminal stays readable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.logs import configure_logging, stop_logging
from alchemiser_dagster.settings import Settings

LOG_FILE = "alchemiser.log"


@contextmanager
def logging_to_file(settings: Settings) -> Iterator[None]:
    """Append the log to alchemiser.log in the data folder; raise `ConfigurationError` where that can't be."""
    path = settings.data_dir / LOG_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"the log can't be written: {error.strerror}",
            where=str(path),
            remedy="Set `data_dir` to a folder that you may write",
        ) from error
    with stream:
        configure_logging(settings.logging.level, settings.logging.format, settings.secrets, stream)
        try:
            yield
        finally:
            stop_logging()
