"""`/stream`: trade updates over a websocket, in binary frames, as Alpaca's paper account sends them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from alchemiser_dagster.look_alike.cutting import line_of
from alchemiser_dagster.look_alike.hub import End, Hub, Waiting
from alchemiser_dagster.look_alike.terms import Terms

PATH, CONTROL_PATH = "/stream", "/sim/stream"
UNAUTHORISED_CLOSE = 1008
TRADE_UPDATES = "trade_updates"

Fields = Mapping[str, object]


def stream_routes(hub: Hub) -> list[BaseRoute]:
    """Return the route of `/stream` over the hub's events, and the one that says how many listen."""

    async def serve(websocket: WebSocket) -> None:
        await websocket.accept()
        await Conversation(websocket, hub).run()

    async def show(_request: Request) -> Response:
        return JSONResponse({"listeners": len(hub.listeners)})

    return [WebSocketRoute(PATH, serve), Route(CONTROL_PATH, show, methods=["GET"])]


@dataclass
class Conversation:
    """One client's connection: it authenticates, it listens, it is told."""

    websocket: WebSocket
    hub: Hub

    async def run(self) -> None:
        """Talk until one of the two goes away."""
        waiting: Waiting | None = None
        telling: asyncio.Task[None] | None = None
        try:
            if not await self._authenticated():
                return
            while True:
                wanted = _streams(await self._heard())
                if wanted is None:
                    continue
                if waiting is None and TRADE_UPDATES in wanted:
                    waiting = self.hub.join()
                    telling = asyncio.create_task(self._tell(waiting))
                await self._say({"stream": "listening", "data": {"streams": wanted}})
        except WebSocketDisconnect:
            return
        finally:
            if waiting is not None:
                self.hub.leave(waiting)
            if telling is not None:
                telling.cancel()

    async def _authenticated(self) -> bool:
        knows = _keys(await self._heard()) == _expected(self.hub.world.terms)
        status = "authorized" if knows else "unauthorized"
        await self._say({"stream": "authorization", "data": {"status": status, "action": "authenticate"}})
        if not knows:
            await self.websocket.close(UNAUTHORISED_CLOSE)
        return knows

    async def _tell(self, waiting: Waiting) -> None:
        while True:
            said = await waiting.get()
            if said is End.RESET:
                line_of(self.websocket.scope).reset()
                return
            await self.websocket.send_bytes(said)

    async def _say(self, message: Fields) -> None:
        await self.websocket.send_bytes(json.dumps(message).encode())

    async def _heard(self) -> Fields:
        """Return the client's next message; what is no JSON object counts as an empty one."""
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        try:
            content = json.loads(message.get("text") or message.get("bytes") or "")
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def _keys(message: Fields) -> tuple[object, object] | None:
    """Return the keys that a client shows, in the old form or the new one."""
    data = message.get("data")
    if message.get("action") == "authenticate" and isinstance(data, dict):
        return data.get("key_id"), data.get("secret_key")
    if message.get("action") == "auth":
        return message.get("key"), message.get("secret")
    return None


def _expected(terms: Terms) -> tuple[object, object]:
    return terms.key_id.get_secret_value(), terms.secret_key.get_secret_value()


def _streams(message: Fields) -> list[str] | None:
    """Return the streams that a client wants to listen to; None where it asks for something else."""
    data = message.get("data")
    streams = data.get("streams") if isinstance(data, dict) else None
    if message.get("action") != "listen" or not isinstance(streams, list):
        return None
    return [str(stream) for stream in streams]
