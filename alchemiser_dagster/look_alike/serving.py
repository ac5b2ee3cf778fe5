"""Serve the look-alike: in this process until it is stopped, or beside it for as long as something lasts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING

from alchemiser_dagster.errors import ConfigurationError

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn import Server

LOOPBACK = "127.0.0.1"
BACKLOG = 128
PATIENCE_SECONDS = 1


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve the application on a socket until the process is told to end, as by Ctrl-C."""
    with suppress(KeyboardInterrupt):
        _server(app).run(sockets=[listening])


@contextmanager
def running(app: ASGIApp, host: str = LOOPBACK, port: int = 0) -> Iterator[str]:
    """Serve the application in a thread and yield its base URL; connections wait until it is ready."""
    listening = listen(host, port)
    server = _server(app)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="look-alike", daemon=True)
    thread.start()
    try:
        yield base_url(listening)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections; port 0 takes any that is free.

    Raises
    ------
    ConfigurationError
        If the address can't be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"the address can't be served: {error.strerror}",
            where=f"{host}:{port}",
            remedy="Choose another --host or --port",
        ) from error
    return listening


def base_url(listening: socket.socket) -> str:
    """Return the address under which a socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: ASGIApp) -> Server:
    from uvicorn import Config, Server

    from alchemiser_dagster.look_alike.cutting import CuttableProtocol

    config = Config(
        app,
        http=CuttableProtocol,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=PATIENCE_SECONDS,
    )
    return Server(config)
