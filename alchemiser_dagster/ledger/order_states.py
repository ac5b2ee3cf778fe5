"""The life of an order: which state may follow which (R-26).

An order that is sent goes back to intended only where it surely never left this machine. One that is intended
is rejected where our own gate refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping

from alchemiser_dagster.records.order import OrderState

_ENDED = frozenset({OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED, OrderState.REJECTED})
_WORKING = frozenset({OrderState.ACKNOWLEDGED, OrderState.PARTIALLY_FILLED})

LEGAL_TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PLANNED: frozenset({OrderState.INTENDED}),
    OrderState.INTENDED: frozenset({OrderState.SENT, OrderState.CANCELED, OrderState.REJECTED}),
    OrderState.SENT: _WORKING | _ENDED | {OrderState.INTENDED, OrderState.UNKNOWN},
    OrderState.ACKNOWLEDGED: _ENDED | {OrderState.PARTIALLY_FILLED, OrderState.UNKNOWN},
    OrderState.PARTIALLY_FILLED: (_ENDED - {OrderState.REJECTED})
    | {OrderState.PARTIALLY_FILLED, OrderState.UNKNOWN},
    OrderState.UNKNOWN: _WORKING | _ENDED | {OrderState.SENT},
    OrderState.FILLED: frozenset(),
    OrderState.CANCELED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.REJECTED: frozenset(),
}

_ADOPTABLE = _ENDED | {OrderState.PARTIALLY_FILLED}


def may_follow(before: OrderState, after: OrderState) -> bool:
    """Return whether an order may go from one state to the other."""
    return after in LEGAL_TRANSITIONS[before]


def may_be_adopted(before: OrderState, after: OrderState) -> bool:
    """Return whether an order of which nobody wrote down more may be brought to what the broker tells of it.

    What the broker tells may undo an end that we believed in: an order that was canceled may turn out filled.
    Only one that is filled is as far as it can be.
    """
    return before is not OrderState.FILLED and after in _ADOPTABLE
