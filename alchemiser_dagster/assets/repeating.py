"""A step that only reads is repeated where its error may pass, while there is time (R-21, R-24)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from alchemiser_dagster.assets.remedies import Remedy, remedy_of
from alchemiser_dagster.errors import AlchemiserError, BrokerError
from alchemiser_dagster.logs import logger_named

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk

LOG = logger_named(__name__)


@contextmanager
def repeated(step: str, repetitions: int, desk: TradingDesk, sessions: tuple[date, ...]) -> Iterator[None]:
    """Ask Dagster to begin the step again where its error may pass and there is time; else raise the error.

    Parameters
    ----------
    repetitions
        How often it was repeated already.
    """
    try:
        yield
    except AlchemiserError as error:
        if not may_repeat(error, step, repetitions, desk, sessions):
            raise
        wait = desk.settings.retry.wait(repetitions + 1)
        LOG.warning("step repeated", step=step, repetition=repetitions + 1, seconds=wait, error=str(error))
        raise dg.RetryRequested(desk.settings.retry.most, _left_to_wait(desk, wait)) from error


def may_repeat(
    error: AlchemiserError, step: str, repetitions: int, desk: TradingDesk, sessions: tuple[date, ...]
) -> bool:
    """Return whether the step is to begin again after the error."""
    retry = desk.settings.retry
    if remedy_of(error.code, step) is not Remedy.RETRY or repetitions >= retry.most:
        return False
    return _is_time(desk, sessions, retry.wait(repetitions + 1))


def _is_time(desk: TradingDesk, sessions: tuple[date, ...], wait: int) -> bool:
    """Return whether a trading day could still go on after the wait; what is of the past has all the time."""
    try:
        now, today = desk.clock.now(), desk.today
    except BrokerError:  # the time is the broker's own, and it can't be asked
        return True
    close = desk.calendar.close_of(today)
    if today not in sessions or now >= close:
        return True
    kept_free = desk.settings.trading.deadline_seconds + desk.settings.retry.margin_seconds
    return now + timedelta(seconds=wait) <= close - timedelta(seconds=kept_free)


def _left_to_wait(desk: TradingDesk, seconds: int) -> int:
    """Return how long Dagster has to wait: nothing where the time is one that can be wound on."""
    if desk.clock is desk.wall_clock:
        return seconds
    try:
        desk.clock.sleep(seconds)
    except BrokerError:
        return seconds
    return 0
