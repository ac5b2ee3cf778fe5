"""The look-alike of a broker that the fortnight trades at, in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import requests

PATIENCE_SECONDS = 60.0
KEYS = {
    "ALCHEMISER_ALPACA__KEY_ID": "look-alike-key",
    "ALCHEMISER_ALPACA__SECRET_KEY": "look-alike-secret",
}
OUT = '{"faults": [{"kind": "status", "status": 503, "times": null}]}'


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def served_broker(folder: Path, at: datetime) -> Iterator[str]:
    """Serve a look-alike with an untouched account until the end; yield its address."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "alchemiser"), "sim", "serve", "--port", str(port)]
    with (folder / "broker.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--at", at.isoformat(), "--cash", "100000"], cwd=folder, stdout=log, stderr=log
        )
        try:
            _await(address)
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def orders_at(address: str, day: date) -> list[dict[str, str]]:
    """Return the orders that were submitted at the look-alike on the day."""
    asked = {"status": "all", "limit": "500", "after": f"{day}T00:00:00Z", "until": f"{day}T23:59:59Z"}
    keys = dict(zip(("APCA-API-KEY-ID", "APCA-API-SECRET-KEY"), KEYS.values(), strict=True))
    answer = requests.get(f"{address}/v2/orders", params=asked, headers=keys, timeout=10)
    answer.raise_for_status()
    found: list[dict[str, str]] = answer.json()
    return found


def let_fail(address: str, plan: str = OUT) -> None:
    """Let requests fail from now on."""
    requests.post(f"{address}/sim/faults", data=plan, timeout=10).raise_for_status()


def let_work(address: str) -> None:
    """Let nothing fail any more."""
    requests.delete(f"{address}/sim/faults", timeout=10).raise_for_status()


def _await(address: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            requests.get(f"{address}/sim/clock", timeout=2)
        except requests.ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the look-alike did not answer")
