"""One request and its answer, taken apart so that a fault can stand between them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alchemiser_dagster.look_alike.cutting import Line, line_of

HOLD_AT_MOST_SECONDS = 60.0

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Change = Callable[[str, Json], Json]


@dataclass(frozen=True)
class KeptAnswer:
    """What the application answered."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def with_body(self, body: bytes) -> KeptAnswer:
        """Return the answer with another body and the length that goes with it."""
        kept = tuple(header for header in self.headers if header[0].lower() != b"content-length")
        return KeptAnswer(self.status, (*kept, (b"content-length", str(len(body)).encode())), body)

    def changed(self, change: Change) -> KeptAnswer:
        """Return the answer with each field of its JSON body changed; without a body, as it is."""
        if not self.body:
            return self
        return self.with_body(json.dumps(_changed(json.loads(self.body), change)).encode())


@dataclass(frozen=True)
class Exchange:
    """A request whose body was read, and the way back to its client."""

    scope: Scope
    body: bytes
    receive: Receive
    send: Send

    @classmethod
    async def begin(cls, scope: Scope, receive: Receive, send: Send) -> Exchange:
        """Read the body: a connection closed over unread bytes would be reset instead."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return cls(scope, body, receive, send)

    @property
    def line(self) -> Line:
        """The connection."""
        return line_of(self.scope)

    async def ask(self, app: ASGIApp) -> KeptAnswer:
        """Let the application do as asked, and keep its answer."""
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await app(dict(self.scope), _receiving(self.body), keep)
        start = next(message for message in sent if message["type"] == "http.response.start")
        headers = tuple((bytes(name), bytes(value)) for name, value in start.get("headers", ()))
        return KeptAnswer(start["status"], headers, b"".join(message.get("body", b"") for message in sent))

    async def answer(self, answer: KeptAnswer) -> None:
        """Send the whole answer."""
        await self._start(answer)
        await self.send({"type": "http.response.body", "body": answer.body})

    async def answer_half(self, answer: KeptAnswer) -> None:
        """Send half of the body under the length of all of it, and close."""
        if answer.body:
            await self._start(answer.with_body(answer.body))
            half = answer.body[: len(answer.body) // 2]
            await self.send({"type": "http.response.body", "body": half, "more_body": True})
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        self.line.close()
        await self.until_gone()

    async def reset(self) -> None:
        """Reset the connection."""
        self.line.reset()
        await self.until_gone()

    async def until_gone(self) -> None:
        """Wait until the client is gone, and close where it never goes."""
        try:
            async with asyncio.timeout(HOLD_AT_MOST_SECONDS):
                while (await self.receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            self.line.close()

    async def _start(self, answer: KeptAnswer) -> None:
        await self.send(
            {"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)}
        )


def _receiving(body: bytes) -> Receive:
    unread = [body]

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        await asyncio.Event().wait()  # the client of a kept answer never disconnects
        return {"type": "http.disconnect"}

    return receive


def _changed(value: Json, change: Change) -> Json:
    match value:
        case dict():
            return {name: change(name, _changed(inner, change)) for name, inner in value.items()}
        case list():
            return [_changed(inner, change) for inner in value]
    return value
