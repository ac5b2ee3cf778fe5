"""The life of an order as the embedded broker tells it: Alpaca's words, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from alchemiser_dagster.errors import BrokerError


class SimulatedStatus(StrEnum):
    """The broker's own word for an order's state, as Alpaca says it."""

    PENDING_NEW = "pending_new"
    ACCEPTED = "accepted"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"


PENDING_NEW = SimulatedStatus.PENDING_NEW
ACCEPTED = SimulatedStatus.ACCEPTED
NEW = SimulatedStatus.NEW
PARTIALLY_FILLED = SimulatedStatus.PARTIALLY_FILLED
PENDING_CANCEL = SimulatedStatus.PENDING_CANCEL
PENDING_REPLACE = SimulatedStatus.PENDING_REPLACE
FILLED = SimulatedStatus.FILLED
CANCELED = SimulatedStatus.CANCELED
EXPIRED = SimulatedStatus.EXPIRED
REPLACED = SimulatedStatus.REPLACED
REJECTED = SimulatedStatus.REJECTED

TRANSITIONS: Mapping[SimulatedStatus, frozenset[SimulatedStatus]] = {
    PENDING_NEW: frozenset({ACCEPTED, NEW, PENDING_CANCEL, EXPIRED, REJECTED}),
    ACCEPTED: frozenset({NEW, PENDING_CANCEL, FILLED, CANCELED, EXPIRED, REJECTED}),
    NEW: frozenset({PARTIALLY_FILLED, FILLED, PENDING_CANCEL, PENDING_REPLACE, CANCELED, EXPIRED}),
    PARTIALLY_FILLED: frozenset(
        {PARTIALLY_FILLED, FILLED, PENDING_CANCEL, PENDING_REPLACE, CANCELED, EXPIRED}
    ),
    PENDING_CANCEL: frozenset({PENDING_CANCEL, FILLED, CANCELED, EXPIRED, REJECTED}),
    PENDING_REPLACE: frozenset({PENDING_REPLACE, FILLED, CANCELED, EXPIRED, REPLACED}),
    FILLED: frozenset(),
    CANCELED: frozenset(),
    EXPIRED: frozenset(),
    REPLACED: frozenset(),
    REJECTED: frozenset(),
}

OPEN_STATUSES = tuple(status for status, following in TRANSITIONS.items() if following)
REPLACEABLE = frozenset(
    status for status, following in TRANSITIONS.items() if PENDING_REPLACE in following
) - {PENDING_REPLACE}
CANCELABLE = frozenset(status for status, following in TRANSITIONS.items() if PENDING_CANCEL in following) - {
    PENDING_CANCEL
}


def require_legal(before: SimulatedStatus, after: SimulatedStatus) -> None:
    """Raise `BrokerError` where an order can't go from one status to the other."""
    if after not in TRANSITIONS[before]:
        raise BrokerError(
            f"an order that is {before} can't become {after}", where="the embedded broker's orders"
        )
