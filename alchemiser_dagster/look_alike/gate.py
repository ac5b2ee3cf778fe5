"""The way in: keys, then the rate limit, whose headers stand on every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from alchemiser_dagster.look_alike.errors import (
    FORBIDDEN,
    NO_KEYS,
    RATE_LIMITED,
    TOO_MANY,
    UNAUTHORISED,
    WRONG_KEYS,
    AnswerError,
)
from alchemiser_dagster.look_alike.rate_limit import RateLimit
from alchemiser_dagster.look_alike.terms import Terms

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from alchemiser_dagster.look_alike.world import World

KEY_HEADER, SECRET_HEADER = "APCA-API-KEY-ID", "APCA-API-SECRET-KEY"
ASKED, DATA = "/v2/", "/v2/stocks"


class Gate:
    """Lets in whoever has the keys, as often as the limit allows."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or refuse it."""
        if scope["type"] != "http" or not scope["path"].startswith(ASKED):
            await self._app(scope, receive, send)
            return
        refusal = key_refusal(Headers(scope=scope), self._world.terms)
        if refusal is not None:
            await JSONResponse(refusal.body, refusal.status)(scope, receive, send)
            return
        await self._limited(scope, receive, send)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowance = self._limit(scope["path"]).take()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowance.headers)
            await send(message)

        if allowance.granted:
            await self._app(scope, receive, sending)
        else:
            refusal = AnswerError(TOO_MANY, RATE_LIMITED, "rate limit exceeded")
            await JSONResponse(refusal.body, refusal.status)(scope, receive, sending)

    def _limit(self, path: str) -> RateLimit:
        return self._world.data_limit if path.startswith(DATA) else self._world.trading_limit


def key_refusal(headers: Headers, terms: Terms) -> AnswerError | None:
    """Return why the keys of a request don't open the gate, or None."""
    key_id, secret = headers.get(KEY_HEADER, ""), headers.get(SECRET_HEADER, "")
    if not key_id or not secret:
        return AnswerError(UNAUTHORISED, NO_KEYS, "request is not authorized")
    if (key_id, secret) != (terms.key_id.get_secret_value(), terms.secret_key.get_secret_value()):
        return AnswerError(FORBIDDEN, WRONG_KEYS, "forbidden.")
    return None
