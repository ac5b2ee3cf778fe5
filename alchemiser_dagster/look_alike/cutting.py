"""Connections that can be cut: closed or reset under a request, as networks do.

uvicorn makes one protocol for each connection and hands every request a copy of its `app_state`. The protocol
here puts its own line into that state, so an application finds the connection that its request came in on.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Mapping, MutableMapping
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from alchemiser_dagster.errors import ConfigurationError

STATE_KEY = "alchemiser.line"
NO_LINGER = struct.pack("ii", 1, 0)  # on, zero seconds: closing sends a reset

Scope = MutableMapping[str, Any]  # the application protocol's own type


class Line:
    """One client's connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None

    def connected(self, transport: asyncio.Transport) -> None:
        """Remember the transport."""
        self._transport = transport

    def close(self) -> None:
        """Send what is written and close, as a server does that goes away."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """Throw away what is not sent and reset the connection."""
        if self._transport is None or self._transport.is_closing():
            return
        opened = self._transport.get_extra_info("socket")
        with socket.socket(fileno=os.dup(opened.fileno())) as twin:
            twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self._transport.abort()


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, for its `http` option, whose requests know their line."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.line = Line()
        super().__init__(config, server_state, {**app_state, STATE_KEY: self.line}, _loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the line up."""
        self.line.connected(transport)
        super().connection_made(transport)


def line_of(scope: Mapping[str, Any]) -> Line:
    """Return the line that a request or a stream came in on.

    Raises
    ------
    ConfigurationError
        If the server doesn't use `CuttableProtocol`.
    """
    line = scope.get("state", {}).get(STATE_KEY)
    if isinstance(line, Line):
        return line
    raise ConfigurationError(
        "this server can't cut a connection",
        where="faults",
        remedy="Serve with `alchemiser sim serve`, or give uvicorn http=CuttableProtocol",
    )
