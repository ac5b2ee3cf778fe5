"""A request to Alpaca and its outcome, as whoever listens is told of it; the keys are in neither."""

from __future__ import annotations

from typing import Final, cast

from pydantic import JsonValue

from alchemiser_dagster.broker.alpaca.exchange import Answer, Broken, Outcome, Unsent, WireRequest
from alchemiser_dagster.broker.calls import Call

REQUEST_ID: Final = "X-Request-ID"


def call_of(request: WireRequest, outcome: Outcome, seconds: float) -> Call:
    """Return what is told of an exchange."""
    name, sent = f"{request.method} {request.path}", _sent(request)
    match outcome:
        case Answer(status=status, headers=headers, body=body):
            return Call(name, sent, seconds, status, body, request_id=headers.get(REQUEST_ID))
        case Unsent(reason=reason):
            return Call(name, sent, seconds, error=f"not sent: {reason}")
        case Broken(reason=reason):
            return Call(name, sent, seconds, error=f"no whole answer: {reason}")


def _sent(request: WireRequest) -> dict[str, JsonValue]:
    query, body = dict(request.query), request.body
    parts = {"query": query or None, "body": None if body is None else dict(body)}
    return cast("dict[str, JsonValue]", {name: part for name, part in parts.items() if part is not None})
