"""Which of Alpaca's words may follow which."""

from __future__ import annotations

import itertools

import pytest

from alchemiser_dagster.broker.simulated.status import (
    CANCELABLE,
    OPEN_STATUSES,
    REPLACEABLE,
    TRANSITIONS,
    SimulatedStatus,
    require_legal,
)
from alchemiser_dagster.errors import BrokerError

ENDED = {"filled", "canceled", "expired", "replaced", "rejected"}


def test_every_word_has_its_followers_and_an_ended_order_has_none() -> None:
    assert set(TRANSITIONS) == set(SimulatedStatus)
    assert {status.value for status, following in TRANSITIONS.items() if not following} == ENDED
    assert {status.value for status in OPEN_STATUSES} == {status.value for status in SimulatedStatus} - ENDED


def test_what_may_be_canceled_and_replaced() -> None:
    assert {status.value for status in CANCELABLE} == {"pending_new", "accepted", "new", "partially_filled"}
    assert {status.value for status in REPLACEABLE} == {"new", "partially_filled"}


def test_every_open_order_can_expire() -> None:
    assert all(SimulatedStatus.EXPIRED in TRANSITIONS[status] for status in OPEN_STATUSES)


def test_no_order_becomes_pending_new_again() -> None:
    assert all(SimulatedStatus.PENDING_NEW not in following for following in TRANSITIONS.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before, after in itertools.product(SimulatedStatus, SimulatedStatus)
        if after not in TRANSITIONS[before]
    ],
)
def test_an_illegal_move_is_an_error(before: SimulatedStatus, after: SimulatedStatus) -> None:
    with pytest.raises(BrokerError, match=f"an order that is {before} can't become {after}"):
        require_legal(before, after)
