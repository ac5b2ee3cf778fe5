"""What was asked of the look-alike, so that a test can count it; headers, with the keys, are not kept."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.look_alike.question import Json
from alchemiser_dagster.look_alike.wire_values import instant_text

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_ENTRIES = 20_000
MOST_BODY = 4_096
ENTRY = "look_alike.entry"
BODY = "look_alike.body"
ASKED = "/v2/"


@dataclass
class Entry:
    """One request.

    `decided` is the status that the broker's side gave, None where the request never reached it; `status` is
    what was sent to the client, None where nothing was.
    """

    number: int
    at: str
    method: str
    path: str
    query: str
    body: str
    decided: int | None = None
    status: int | None = None

    def told(self) -> Json:
        """Return the entry as JSON, with the client order id that the body or the query names."""
        return {**vars(self), "client_order_id": _client_order_id(self.body)}


class RequestLog:
    """The last requests, numbered from 1; the oldest go first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._count = 0
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)

    def add(self, scope: Scope, body: bytes) -> Entry:
        """Note a request before it is answered."""
        with self._lock:
            self._count += 1
            entry = Entry(
                number=self._count,
                at=instant_text(self._clock.now()),
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode("latin-1"),
                body=body[:MOST_BODY].decode("utf-8", "replace"),
            )
            self._entries.append(entry)
            return entry

    def entries(self) -> tuple[Entry, ...]:
        """Return what is kept, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def clear(self) -> None:
        """Forget all requests; the next one is number 1."""
        with self._lock:
            self._entries.clear()
            self._count = 0


class Recording:
    """Outermost: notes each request, and the status that really went out.

    The body is read once; it stands in the scope under `BODY`, and everybody inside receives it again. A
    request whose client went before it was whole never happened.
    """

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request, and pass it on."""
        if scope["type"] != "http" or not scope["path"].startswith(ASKED):
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        if body is None:
            return
        entry = self._log.add(scope, body)
        scope[ENTRY], scope[BODY] = entry, body

        async def sending(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                entry.status = message["status"]

        await self._app(scope, replaying(body, receive), sending)


class Deciding:
    """Innermost: notes the status that the broker's side gave, whatever is made of it further out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note the status of its answer."""
        entry = scope.get(ENTRY)

        async def sending(message: Message) -> None:
            if entry is not None and message["type"] == "http.response.start":
                entry.decided = message["status"]
            await send(message)

        await self._app(scope, receive, sending)


def replaying(body: bytes, rest: Receive) -> Receive:
    """Return a `receive` that gives the whole body again, then what else arrives."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await rest()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _whole_body(receive: Receive) -> bytes | None:
    """Return the body; None where the client went before it was whole."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _client_order_id(body: str) -> str | None:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    found = content.get("client_order_id") if isinstance(content, dict) else None
    return found if isinstance(found, str) else None
