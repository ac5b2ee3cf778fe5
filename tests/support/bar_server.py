"""A server of bars and snapshots on a loopback port, as far as Alpaca's data go, and a reader of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from support.alpaca import new_wire

from alchemiser_dagster.broker.alpaca.client import GuardedDataClient
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.sessions import NEW_YORK

Row = dict[str, object]


def midnight(session: date) -> str:
    """Return the time that a daily bar carries."""
    return f"{datetime.combine(session, time(), NEW_YORK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def row(session: date, close: object, **more: object) -> Row:
    """Return a daily bar as Alpaca writes it."""
    prices = dict.fromkeys("ohlc", close)
    return {"t": midnight(session), **prices, "v": 1000, "n": 10, "vw": close, **more}


def rows(closes: Mapping[date, object]) -> list[Row]:
    """Return daily bars as Alpaca writes them."""
    return [row(session, close) for session, close in closes.items()]


@dataclass
class BarServer:
    """What the server has; all of it may be changed between requests.

    `answers` come before anything else, each once: a text, or a status and a text. `sip_until` is the newest
    end of a question that the data plan permits.
    """

    bars: dict[str, list[Row]] = field(default_factory=dict)
    snapshots: dict[str, object] = field(default_factory=dict)
    page_rows: int = 10_000
    sip_until: datetime | None = None
    answers: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str]:
        self.asked.append({"path": path, **query})
        if self.answers:
            return 200, self.answers.pop(0)
        if self._is_too_recent(query):
            return 403, '{"message": "subscription does not permit querying recent SIP data"}'
        if path == "/v2/stocks/snapshots":
            wanted = query["symbols"].split(",")
            return 200, json.dumps(
                {symbol: self.snapshots[symbol] for symbol in wanted if symbol in self.snapshots}
            )
        return 200, json.dumps(self._page(query))

    def _is_too_recent(self, query: dict[str, str]) -> bool:
        if self.sip_until is None or query["feed"] != "sip":
            return False
        return "end" not in query or datetime.fromisoformat(query["end"]) > self.sip_until

    def _page(self, query: dict[str, str]) -> dict[str, object]:
        found = [
            (symbol, bar)
            for symbol in sorted(query["symbols"].split(","))
            for bar in self.bars.get(symbol, ())
            if query["start"] <= str(bar["t"]) <= query["end"]
        ]
        first = int(query.get("page_token", "0"))
        last = first + min(self.page_rows, int(query["limit"]))
        page: dict[str, list[Row]] = {}
        for symbol, bar in found[first:last]:
            page.setdefault(symbol, []).append(bar)
        return {"bars": page, "next_page_token": str(last) if last < len(found) else None}


@contextmanager
def serving(server: BarServer) -> Iterator[str]:
    """Yield the address at which the server answers, until the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            status, text = server.answer(address.path, dict(parse_qsl(address.query)))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
            thread.join()


@contextmanager
def reading(address: str) -> Iterator[GuardedDataClient]:
    """Yield a connection to the data at an address, closed at the end."""
    clock = StandingClock(datetime(2024, 11, 29, tzinfo=UTC))
    client = GuardedDataClient(new_wire(address, clock, timeout=10), clock)
    try:
        yield client
    finally:
        client.close()


def symbols_asked(server: BarServer) -> Sequence[list[str]]:
    """Return the symbols of each request."""
    return [query["symbols"].split(",") for query in server.asked]
