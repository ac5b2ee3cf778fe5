"""A trading process that kills itself at the n-th thing that leaves it or reaches it.

What is stepped on: each commit, before and after; each request, before it is sent and once the server has
answered; each wait, once it is over.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import Connection
from support.alpaca_bench import WRITES, AlpacaBench, LookAlike

from alchemiser_dagster.broker.alpaca.look_alike_clock import LookAlikeClock
from alchemiser_dagster.broker.alpaca.wire import new_adapter
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ledger.database import Database


@dataclass
class Doom:
    """Counts steps; at the n-th of them the process is gone, as under a power cut."""

    dies_at: int | None = None
    trail: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def step(self, name: str) -> None:
        with self.lock:
            self.trail.append(name)
            if len(self.trail) == self.dies_at:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalAdapter(HTTPAdapter):
    """The project's own way to send, with a step before each request and one after each answer."""

    def __init__(self, doom: Doom) -> None:
        super().__init__()
        self._doom = doom
        self._inner = new_adapter()

    def send(self, request: requests.PreparedRequest, *given: Any, **named: Any) -> requests.Response:
        kind = "write" if request.method in WRITES else "read"
        self._doom.step(f"before {kind}")
        answer = self._inner.send(request, *given, **named)
        self._doom.step(f"after {kind}")
        return answer


@dataclass(frozen=True)
class MortalProcess:
    """What a trading process is made of."""

    folder: Path
    look_alike: LookAlike
    rules: ExecutionRules
    doom: Doom

    def bench(self) -> AlpacaBench:
        doom = self.doom

        class MortalDatabase(Database):
            @contextmanager
            def transaction(self) -> Iterator[Connection]:
                with super().transaction() as connection:
                    yield connection
                    doom.step("before commit")
                doom.step("after commit")

        class MortalClock(LookAlikeClock):
            def sleep(self, seconds: float) -> None:
                super().sleep(seconds)
                doom.step("after wait")

        return AlpacaBench(
            self.folder,
            self.look_alike,
            self.rules,
            http=MortalAdapter(doom),
            as_database=MortalDatabase,
            as_clock=MortalClock,
        )
