"""A server that is not Alpaca: every question is answered with a page for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Page(BaseHTTPRequestHandler):
    """A server that answers every question with the same page."""

    status = 200

    def do_GET(self) -> None:
        page = b"<html><body>Sign in to go on</body></html>"
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


@contextmanager
def pages(status: int) -> Iterator[str]:
    handler = type("SomePage", (Page,), {"status": status})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
