"""A collector of spans over OTLP/HTTP on loopback: it takes what comes, is down, or hangs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """A span as it came over the wire."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str | None
    began: int
    ended: int
    attributes: dict[str, str | int]
    error: str


@dataclass
class Collector:
    """What was received, and at which paths."""

    address: str = ""
    paths: list[str] = field(default_factory=list)
    spans: list[Received] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def collecting(*, hangs: bool = False, status: int = 200) -> Iterator[Collector]:
    collector, released = Collector(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.paths.append(self.path)
            collector.bodies.append(body)
            if hangs:
                released.wait()
            if status == 200:
                collector.spans.extend(_spans(body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    serving = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    collector.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        released.set()
        server.shutdown()
        server.server_close()
        serving.join()


def _spans(body: bytes) -> Iterator[Received]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Received(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex() or None,
                    began=span.start_time_unix_nano,
                    ended=span.end_time_unix_nano,
                    attributes={
                        one.key: one.value.string_value or one.value.int_value for one in span.attributes
                    },
                    error=span.status.message,
                )
