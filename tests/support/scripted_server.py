"""A server on loopback that does what a script says, and counts: answers, delays, breaks off, resets."""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import parse_qsl, urlsplit


class Manner(Enum):
    """How a reply is given."""

    WHOLE = auto()
    HALF_HEADERS = auto()
    HALF_BODY = auto()
    HALF_CHUNKED = auto()
    DRIP = auto()
    SILENCE = auto()
    CLOSE_UNREAD = auto()
    CLOSE_READ = auto()
    RESET_UNREAD = auto()
    RESET_READ = auto()
    WHOLE_THEN_CLOSE = auto()


UNREAD = {Manner.CLOSE_UNREAD, Manner.RESET_UNREAD}
RESETS = {Manner.RESET_UNREAD, Manner.RESET_READ}


@dataclass(frozen=True)
class Reply:
    """What is done with one request."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE
    delay: float = 0.0

    @classmethod
    def of(cls, content: object, status: int = 200, **headers: str) -> Reply:
        """Return an answer in JSON; `X_RateLimit_Reset` names the header `X-RateLimit-Reset`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(content).encode(), named)


@dataclass(frozen=True)
class Seen:
    """A request that was read whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def content(self) -> object:
        return json.loads(self.body)


class ScriptedServer:
    """Replies in turn; when the script is over, with the last reply again and again."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.attempts = 0
        self.connections = 0
        self._script: deque[Reply] = deque()
        self._last = Reply()
        self._stopped = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def play(self, *replies: Reply) -> None:
        self._script = deque(replies)
        self._last = replies[-1]

    def sent(self, method: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == method]

    def wait_until_closed(self) -> None:
        """Wait until a connection was closed from this side."""
        assert self._closed.wait(10)

    def stop(self) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            while self._has_more(connection):
                reply = self._next()
                if reply.manner in UNREAD:
                    return _end(connection, reply)
                seen = _read(connection, number)
                if seen is None:
                    return None
                self.seen.append(seen)
                self._stopped.wait(reply.delay)
                if not self._reply(connection, reply):
                    _end(connection, reply)
                    self._closed.set()
                    return None
        return None

    def _has_more(self, connection: socket.socket) -> bool:
        while not self._stopped.is_set():
            if select.select([connection], [], [], 0.05)[0]:
                return bool(connection.recv(1, socket.MSG_PEEK))
        return False

    def _next(self) -> Reply:
        with self._lock:
            self.attempts += 1
            return self._script.popleft() if self._script else self._last

    def _reply(self, connection: socket.socket, reply: Reply) -> bool:
        """Reply; return whether the connection stays open."""
        if reply.manner is Manner.SILENCE:
            self._stopped.wait()
        if reply.manner in {Manner.CLOSE_READ, Manner.RESET_READ, Manner.SILENCE}:
            return False
        whole = _head(reply) + reply.body
        if reply.manner is Manner.HALF_HEADERS:
            connection.sendall(whole[:20])
        elif reply.manner is Manner.HALF_BODY:
            connection.sendall(_head(reply) + reply.body[: len(reply.body) // 2])
        elif reply.manner is Manner.HALF_CHUNKED:
            connection.sendall(_chunked_head(reply) + b"400\r\n" + reply.body)
        elif reply.manner is Manner.DRIP:
            connection.sendall(_head(reply))
            self._drip(connection, reply.body)
        else:
            connection.sendall(whole)
        return reply.manner is Manner.WHOLE

    def _drip(self, connection: socket.socket, body: bytes) -> None:
        for number in range(len(body)):
            if self._stopped.wait(0.05):
                return
            connection.sendall(body[number : number + 1])


@contextmanager
def scripted_server(*replies: Reply) -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    if replies:
        server.play(*replies)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def refusing_server() -> Iterator[str]:
    """Yield the address of a port that is taken, so that nobody else gets it, and that refuses all."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def _head(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Scripted", "Content-Type: application/json"]
    if reply.status != 204:
        lines.append(f"Content-Length: {len(reply.body)}")
    return _joined(lines, reply.headers)


def _chunked_head(reply: Reply) -> bytes:
    return _joined([f"HTTP/1.1 {reply.status} Scripted", "Transfer-Encoding: chunked"], reply.headers)


def _joined(lines: Iterable[str], headers: Mapping[str, str]) -> bytes:
    more = [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def _read(connection: socket.socket, number: int) -> Seen | None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return None
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    while len(body) < int(headers.get("Content-Length", "0")):
        body += connection.recv(65536)
    return Seen(method, target, headers, body, number)


def _end(connection: socket.socket, reply: Reply) -> None:
    if reply.manner in RESETS:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
