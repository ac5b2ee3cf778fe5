"""A mail server and a web hook on loopback, for real deliveries: up, refusing, silent, or down and up."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast

HOST = "127.0.0.1"
Hook = dict[str, str | list[dict[str, str]]]


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class MailServer(ThreadingTCPServer):
    """Takes mail by SMTP and keeps it; first answers nothing for `silence_seconds` where it `is_silent`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__((HOST, port), _Smtp)
        self.received: list[EmailMessage] = []
        self.is_refusing = False
        self.is_silent = False
        self.silence_seconds = 30.0
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        """The Apprise URL of a mail by this server."""
        return f"mailto://{HOST}:{self.server_address[1]}/anna@example.com?from=desk@example.com"


class _Smtp(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            self._talk()

    def _talk(self) -> None:
        if self.server.is_silent:
            self.server.stopping.wait(self.server.silence_seconds)
        self._say("220 loopback")
        for line in self.rfile:
            verb = line.split(b" ", 1)[0].strip().upper()
            if verb == b"DATA":
                self._take()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 well")

    def _take(self) -> None:
        if self.server.is_refusing:
            self._say("554 not today")
            return
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        data = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        self.server.received.append(message_from_bytes(data, policy=policy.default))
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class HookServer(ThreadingHTTPServer):
    """Takes JSON by POST and keeps it, after a while where it `is_silent`; refuses with `status`."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__((HOST, port), _Hook)
        self.received: list[Hook] = []
        self.status = 200
        self.is_silent = False
        self.silence_seconds = 30.0
        self.takes_pictures = True
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        """The Apprise URL of a post to this server, with a token in it."""
        return f"json://{HOST}:{self.server_address[1]}/token-of-the-hook"


class _Hook(BaseHTTPRequestHandler):
    server: HookServer

    def do_POST(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            self._answer()

    def _answer(self) -> None:
        body = cast("Hook", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.server.is_silent:
            self.server.stopping.wait(self.server.silence_seconds)
        refused = bool(body["attachments"]) and not self.server.takes_pictures
        status = 413 if refused else self.server.status
        if status == 200:
            self.server.received.append(body)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        del args


def pictures_of(hook: Hook) -> list[bytes]:
    """Return the pictures that came with a post."""
    return [base64.b64decode(one["base64"]) for one in hook["attachments"] if isinstance(one, dict)]


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    """Serve mail."""
    with MailServer(port) as server, _serving(server):
        yield server


@contextmanager
def hook_server(port: int = 0) -> Iterator[HookServer]:
    """Serve a web hook."""
    with HookServer(port) as server, _serving(server):
        yield server


@contextmanager
def _serving(server: MailServer | HookServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stopping.set()
        with suppress(OSError):
            server.shutdown()
        thread.join(10)
