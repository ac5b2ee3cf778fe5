from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import structlog
from structlog.stdlib import BoundLogger

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.logs import PACKAGE, bind_run, configure_logging, logger_named, step_log
from alchemiser_dagster.settings import LogFormat, LogLevel

HIDDEN = "hunter22-secret"
KEY_ID = "PKABCDEFGHIJKLMNOP12"


@pytest.fixture(autouse=True)
def _leaves_logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger(PACKAGE)
    before = logger.level, logger.propagate, list(logger.handlers)
    yield
    logger.level, logger.propagate, logger.handlers = before
    structlog.reset_defaults()


@contextmanager
def _logging_exceptions(logger: BoundLogger) -> Iterator[None]:
    try:
        yield
    except DataError:
        logger.exception("caught")
        raise


class TickingClock(StandingClock):
    """A clock whose durations are a quarter of a second."""

    def __init__(self) -> None:
        super().__init__(datetime(2024, 11, 29, tzinfo=UTC))
        self._ticks = 0.0

    def monotonic(self) -> float:
        self._ticks += 0.25
        return self._ticks


def console(*, level: LogLevel = LogLevel.INFO) -> StringIO:
    stream = StringIO()
    configure_logging(level, LogFormat.CONSOLE, [HIDDEN], stream)
    return stream


def as_json() -> Callable[[], list[dict[str, str | float]]]:
    stream = StringIO()
    configure_logging(LogLevel.INFO, LogFormat.JSON, [HIDDEN], stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def messages(stream: StringIO) -> list[str]:
    return [line.rpartition("  ")[2] for line in stream.getvalue().splitlines()]


def test_a_line_is_a_fixed_message_and_fields() -> None:
    stream = console()
    logger_named("alchemiser_dagster.portfolio").info(
        "plan made", lines=3, value=Decimal("1.50"), why="no reason", none=""
    )
    time, level, name = stream.getvalue().split()[:3]
    assert datetime.fromisoformat(time).utcoffset() == timedelta(0)
    assert (level, name) == ("INFO", "alchemiser_dagster.portfolio")
    assert messages(stream) == ['plan made lines=3 value=1.50 why="no reason" none=""']


def test_json_lines_hold_the_same_as_fields() -> None:
    lines = as_json()
    logger_named("alchemiser_dagster.portfolio").warning("plan made", lines=3, ok=True, level="mine")
    logging.getLogger("alchemiser_dagster.ledger").info("from %s", "stdlib")
    first, second = lines()
    assert first.pop("at") <= second.pop("at")  # type: ignore[operator]
    assert first == {
        "level": "WARNING",
        "logger": "alchemiser_dagster.portfolio",
        "event": "plan made",
        "lines": 3,
        "ok": True,
    }
    assert second == {"level": "INFO", "logger": "alchemiser_dagster.ledger", "event": "from stdlib"}


def test_every_line_of_a_run_holds_its_ids() -> None:
    stream = console()
    logger = logger_named("alchemiser_dagster.x")
    with bind_run(correlation_id="c-1", run_id="r-1"):
        logger.info("inside", step="plan")
    logger.info("outside")
    assert messages(stream) == ["inside step=plan correlation_id=c-1 run_id=r-1", "outside"]


@pytest.mark.parametrize("form", list(LogFormat))
def test_no_secret_reaches_a_line_wherever_it_stands(form: LogFormat) -> None:
    stream = StringIO()
    configure_logging(LogLevel.DEBUG, form, [HIDDEN], stream)
    logger = logger_named("alchemiser_dagster.x")
    message = f"message {HIDDEN}"
    logger.info(message, field=HIDDEN, nested={"a": [HIDDEN]}, error=ValueError(HIDDEN), key=KEY_ID)
    logging.getLogger("alchemiser_dagster.y").info("plain %s %s", HIDDEN, KEY_ID)
    try:
        int(HIDDEN)
    except ValueError:
        logger.exception("caught")
        logging.getLogger("alchemiser_dagster.y").exception("caught plainly")
    assert stream.getvalue().count("\n") == 4
    assert HIDDEN not in stream.getvalue()
    assert KEY_ID not in stream.getvalue()


def test_what_other_handlers_see_is_masked_too() -> None:
    seen: list[str] = []

    class Other(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    console()
    other = Other()
    logging.getLogger(PACKAGE).addHandler(other)
    logger_named("alchemiser_dagster.x").info("said", field=HIDDEN)
    assert seen == ["said field=**********"]


def test_no_stack_trace_reaches_a_line() -> None:
    stream = console()
    logger = logger_named("alchemiser_dagster.x")
    error = DataError("a bar is missing", where="SPY")
    logger.warning("caught", exc_info=error)
    with pytest.raises(DataError), _logging_exceptions(logger):
        raise error
    logger.info("said", exc_info=False, stack_info=True)
    line = 'caught error=DataError code=data message="SPY: a bar is missing"'
    assert messages(stream) == [line, line, "said"]


def test_a_step_logs_its_start_its_end_and_how_long_it_took() -> None:
    stream = console()
    with step_log(logger_named("alchemiser_dagster.x"), "merge", TickingClock()):
        pass
    assert messages(stream) == ["step started step=merge", "step ended step=merge duration_seconds=0.25"]


def test_a_step_that_fails_says_which_error_it_was_and_lets_it_pass() -> None:
    stream = console()
    with (
        pytest.raises(DataError),
        step_log(logger_named("alchemiser_dagster.x"), "merge", TickingClock()),
    ):
        raise DataError("no bar")
    assert messages(stream)[1] == (
        'step failed step=merge duration_seconds=0.25 error=DataError code=data message="no bar"'
    )


def test_lines_below_the_level_are_left_out() -> None:
    stream = console(level=LogLevel.WARNING)
    logger_named("alchemiser_dagster.x").info("quiet")
    logger_named("alchemiser_dagster.x").warning("loud")
    assert messages(stream) == ["loud"]


def test_configuring_again_replaces_the_stream_and_leaves_the_root_alone() -> None:
    root = list(logging.getLogger().handlers)
    first, second = console(), console()
    logger_named("alchemiser_dagster.x").info("once")
    assert (messages(first), messages(second)) == ([], ["once"])
    assert logging.getLogger().handlers == root


def test_lines_of_many_threads_are_whole() -> None:
    stream = console()
    logger = logger_named("alchemiser_dagster.x")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: logger.info("said", number=number), range(200)))
    assert sorted(messages(stream)) == sorted(f"said number={number}" for number in range(200))


def test_an_unconfigured_log_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logger_named("alchemiser_dagster.elsewhere").info("said")
    assert capsys.readouterr().out == ""
