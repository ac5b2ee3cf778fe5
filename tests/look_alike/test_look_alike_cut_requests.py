"""A request whose client dies while sending it never happened."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.alpaca_bench import KEYS, LookAlike, served_here
from support.trading import PRICES


def send_and_die(look_alike: LookAlike, method: str, path: str, body: bytes, promised: int) -> None:
    """Send headers that promise more than the body has, and close."""
    address = urlsplit(look_alike.address)
    headers = {**KEYS, "Host": address.netloc, "Content-Type": "application/json"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"{method} {path} HTTP/1.1\r\n{head}Content-Length: {promised}\r\n\r\n"
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as line:
        line.sendall(request.encode() + body)


@pytest.mark.parametrize("body", [b"", b'{"limit_price": "101.00"'])
def test_a_replacement_that_never_arrives_whole_replaces_nothing(tmp_path: Path, body: bytes) -> None:
    # a process that is killed between the headers and the body has asked for nothing
    with served_here(tmp_path, PRICES) as look_alike:
        look_alike.reset()
        order = {
            "symbol": "AAA", "side": "buy", "type": "limit", "qty": "5", "limit_price": "90.00",
            "time_in_force": "day", "client_order_id": "resting",
        }  # fmt: skip
        resting = look_alike.ask("POST", "/v2/orders", order)
        send_and_die(look_alike, "PATCH", f"/v2/orders/{resting['id']}", body, promised=200)
        asked = [one for one in look_alike.requests() if one["method"] == "PATCH"]
        assert asked == []
        assert [one["client_order_id"] for one in look_alike.orders()] == ["resting"]
        assert look_alike.orders()[0]["status"] == "new"
