"""What is done about a failure: its typed error decides, and the step that it ended (R-15).

A step that can order is never repeated (R-21): its failure is recovered from. Steps that only read are
repeated where the error may pass. All else stops the day; a person, or the next session, goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from alchemiser_dagster import errors
from alchemiser_dagster.errors import AlchemiserError

READING_STEPS: Final = frozenset({"market_data", "account_snapshot", "reconciliation_report"})
ORDERING_STEP: Final = "execution_result"
WHOLE_RUN: Final = "run"
"""Stands for the step where a run's process died: nobody knows how far it came."""
MAY_HAVE_ORDERED: Final = frozenset({ORDERING_STEP, WHOLE_RUN})


class Remedy(StrEnum):
    """What is done about a failure.

    `RETRY`: the step is repeated. `STOP`: nothing. `RECOVER`: what happened is found out and settled.
    """

    RETRY = "retry"
    STOP = "stop"
    RECOVER = "recover"


BY_ERROR: Final = {
    errors.BrokerUnavailableError: Remedy.RETRY,
    errors.DataUnavailableError: Remedy.RETRY,
    errors.ConfigurationError: Remedy.STOP,
    errors.StrategyError: Remedy.STOP,
    errors.NoSignalError: Remedy.STOP,
    errors.DataError: Remedy.STOP,
    errors.SessionError: Remedy.STOP,
    errors.RiskError: Remedy.STOP,
    errors.BusyError: Remedy.STOP,
    errors.NotificationError: Remedy.STOP,
    errors.BrokerError: Remedy.RECOVER,
    errors.StorageError: Remedy.RECOVER,
    AlchemiserError: Remedy.RECOVER,
}
"""The remedy of each error; an error that is not named has that of the one it is a kind of."""


def remedy_of(code: str, step: str) -> Remedy:
    """Return what is done about a failure of a step; an unknown error may have come after an order."""
    remedy = _BY_CODE.get(code, Remedy.RECOVER)
    if remedy is Remedy.RETRY and step in READING_STEPS:
        return Remedy.RETRY
    if remedy is Remedy.STOP or step not in MAY_HAVE_ORDERED:
        return Remedy.STOP
    return Remedy.RECOVER


def _kinds(error: type[AlchemiserError]) -> Iterator[type[AlchemiserError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _kinds(kind)


def _remedy_of_kind(kind: type[AlchemiserError]) -> Remedy:
    return next(BY_ERROR[known] for known in kind.__mro__ if known in BY_ERROR)


_BY_CODE: Final = {
    kind.code: _remedy_of_kind(kind) for kind in _kinds(AlchemiserError) if kind.__module__ == errors.__name__
}
