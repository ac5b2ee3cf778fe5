"""Requests that change an order: sent once; each failure says whether the order may exist (R-21, R-26)."""

from __future__ import annotations

from typing import Final

from alchemiser_dagster.broker.alpaca.exchange import Answer, Broken, Outcome, Unsent, WireRequest
from alchemiser_dagster.broker.alpaca.payload import json_of
from alchemiser_dagster.broker.alpaca.refusal import refusal_of
from alchemiser_dagster.broker.alpaca.wire import Wire
from alchemiser_dagster.errors import (
    DuplicateOrderError,
    OrderError,
    OrderFateUnknownError,
    OrderNotSentError,
    OrderRejectedError,
)

TOO_MANY_REQUESTS: Final = 429
REJECTIONS: Final = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
ASK: Final = "The broker has to be asked for the order by its client order id"
NOTHING_SENT: Final = "Nothing was ordered; it can be sent again"


def write(wire: Wire, request: WireRequest) -> object:
    """Send the request, once, and return what the answer says; None where it is empty.

    Raises
    ------
    OrderNotSentError
        If nothing reached the server, or it turned the request away unread.
    OrderRejectedError
        If the broker said no; `DuplicateOrderError` where it has an order with the client order id.
    OrderFateUnknownError
        In every other case.
    """
    outcome = wire.exchange(request)
    if isinstance(outcome, Answer) and outcome.is_success:
        return _content_of(wire, outcome)
    raise error_of(wire, outcome)


def error_of(wire: Wire, outcome: Outcome) -> OrderError:
    """Return the error that says what is known of the order's fate."""
    host = wire.terms.host
    match outcome:
        case Unsent(reason=reason):
            return OrderNotSentError(f"the request was not sent: {reason}", where=host, remedy=NOTHING_SENT)
        case Broken(reason=reason):
            return OrderFateUnknownError(
                f"what became of the order is unknown: {reason}", where=host, remedy=ASK
            )
        case Answer():
            return _error_of_answer(wire, outcome)


def _error_of_answer(wire: Wire, answer: Answer) -> OrderError:
    refusal = refusal_of(answer, wire.terms.masked)
    words, host = refusal.words, wire.terms.host
    if answer.status == TOO_MANY_REQUESTS:
        return OrderNotSentError(f"too many requests: {words}", where=host, remedy=NOTHING_SENT)
    if refusal.repeats_client_order_id:
        return DuplicateOrderError(words, where=host, remedy=ASK)
    if answer.status in REJECTIONS:
        return OrderRejectedError(words, where=host)
    return OrderFateUnknownError(f"what became of the order is unknown: {words}", where=host, remedy=ASK)


def _content_of(wire: Wire, answer: Answer) -> object:
    if not answer.body.strip():
        return None
    try:
        return json_of(answer.body)
    except ValueError:
        pass
    raise OrderFateUnknownError(
        "the broker accepted the request, but its answer can't be read", where=wire.terms.host, remedy=ASK
    )
