"""Logs in one style: a fixed message plus fields, the correlation id in every line, secrets masked (R-44).

Lines go through the standard library's logger `alchemiser_dagster`, so that Dagster shows them in a run's
event log where it manages that logger. The root logger is left alone.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, TextIO

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict, WrappedLogger

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.settings.choices import LogFormat, LogLevel
from alchemiser_dagster.settings.secrets import mask

PACKAGE: Final = "alchemiser_dagster"
RUN_IDS: Final = ("correlation_id", "run_id", "span_id")
CONSOLE_LINE = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s  %(message)s"
CONSOLE_TIME = "%Y-%m-%dT%H:%M:%S"

FieldValue = str | int | float | bool | None


def logger_named(name: str) -> BoundLogger:
    """Return the logger of a module of this package; `name` is its `__name__`."""
    logger: BoundLogger = structlog.wrap_logger(logging.getLogger(name), wrapper_class=BoundLogger)
    return logger


def configure_logging(
    level: LogLevel = LogLevel.INFO,
    format: LogFormat = LogFormat.CONSOLE,  # noqa: A002 - the name of the setting
    secrets: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send the package's lines to a stream, by default standard error. May be called again to change it.

    Parameters
    ----------
    secrets
        Texts that are masked in every line, longest first (R-17); Alpaca key ids are masked always.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _without_trace,
            _Masking(secrets),
            _rendered,
        ],
        wrapper_class=BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _PackageHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(format, secrets))
    _replace_handler(handler)
    logging.getLogger(PACKAGE).setLevel(level.value)


def stop_logging() -> None:
    """Send the package's lines nowhere: before a stream is closed."""
    _replace_handler(_Silence())


def _replace_handler(handler: logging.Handler) -> None:
    logger = logging.getLogger(PACKAGE)
    for former in [former for former in logger.handlers if isinstance(former, _PackageHandler | _Silence)]:
        logger.removeHandler(former)
    logger.addHandler(handler)
    logger.propagate = False


def is_configured() -> bool:
    """Return whether the package's lines go somewhere already."""
    return any(isinstance(handler, _PackageHandler) for handler in logging.getLogger(PACKAGE).handlers)


@contextmanager
def bind_run(correlation_id: str, run_id: str, **place: str) -> Iterator[None]:
    """Add the ids of the run to every line that is logged inside (R-11), and where in the run it is."""
    with structlog.contextvars.bound_contextvars(correlation_id=correlation_id, run_id=run_id, **place):
        yield


class step_log:  # noqa: N801 - used as a verb: `with step_log(logger, "merge", clock):`
    """Log the start of a step, and its end or failure with the duration in seconds (R-14)."""

    def __init__(self, logger: BoundLogger, step: str, clock: Clock) -> None:
        self._logger = logger.bind(step=step)
        self._clock = clock
        self._began = 0.0

    def __enter__(self) -> None:
        self._logger.info("step started")
        self._began = self._clock.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        duration = round(self._clock.monotonic() - self._began, 6)
        if error is None:
            self._logger.info("step ended", duration_seconds=duration)
        else:
            self._logger.error("step failed", duration_seconds=duration, **_described(error))


class _PackageHandler(logging.StreamHandler[TextIO]):
    """The handler that this module owns, told apart from those of others."""


class _Silence(logging.NullHandler):
    """Keeps Python from printing the lines that nobody takes."""


class _Masking:
    """A structlog processor: masks secrets in the message and in every field, nested ones too."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        del logger, method
        return {name: self._masked(value) for name, value in event.items()}

    def _masked(self, value: object) -> FieldValue:
        if value is None or isinstance(value, bool | int | float):
            return value
        return mask(str(value), self._secrets)


class _MaskingFormatter(logging.Formatter):
    """Masks whole lines once more: for what the package logs without structlog."""

    converter = staticmethod(time.gmtime)

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__(CONSOLE_LINE, CONSOLE_TIME)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        record.exc_info = record.exc_text = record.stack_info = None
        return mask(super().format(record), self._secrets)


class _JsonFormatter(_MaskingFormatter):
    """Writes each record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        fields: Mapping[str, FieldValue] = getattr(record, "fields", {})
        line: dict[str, FieldValue] = {
            "at": f"{self.formatTime(record, CONSOLE_TIME)}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "event": getattr(record, "event", record.getMessage()),
        }
        return mask(json.dumps({**line, **fields, **line}, ensure_ascii=False), self._secrets)


def _formatter(format: LogFormat, secrets: Sequence[str]) -> logging.Formatter:  # noqa: A002
    return _JsonFormatter(secrets) if format is LogFormat.JSON else _MaskingFormatter(secrets)


def _without_trace(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Say which error it was, not where in the code: no stack trace reaches a log (R-17)."""
    del logger, method
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    return {**event, **_described(error)} if error is not None else event


def _described(error: BaseException) -> dict[str, str]:
    code = {"code": error.code} if isinstance(error, AlchemiserError) else {}
    return {"error": type(error).__name__, **code, "message": str(error)}


def _rendered(logger: WrappedLogger, method: str, event: EventDict) -> tuple[tuple[str], dict[str, object]]:
    """Turn the event into one line of text; the fields go along for the JSON format."""
    del logger, method
    message = str(event.pop("event"))
    event.update({name: event.pop(name) for name in RUN_IDS if name in event})
    text = " ".join([message, *(f"{name}={_text(value)}" for name, value in event.items())])
    return (text,), {"extra": {"event": message, "fields": dict(event)}}


def _text(value: FieldValue) -> str:
    if isinstance(value, str) and (not value or any(sign.isspace() or sign in '"=' for sign in value)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
