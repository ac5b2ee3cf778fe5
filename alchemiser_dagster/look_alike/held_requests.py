"""Requests whose client has given up and that the broker does later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.types import ASGIApp

from alchemiser_dagster.look_alike.exchange import Exchange
from alchemiser_dagster.look_alike.fault_plan import LateAcceptance

HELD_AT_MOST = 1_000


@dataclass
class Held:
    """A request, and when it is done: after so many others, or at an instant."""

    exchange: Exchange
    requests_left: int | None
    due_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come."""
        return self.requests_left == 0 or (self.due_at is not None and now >= self.due_at)


@dataclass
class HeldRequests:
    """The requests that are still to be done.

    Whoever asks for anything waits until those that are due are done, so that what a client sees next does
    not depend on which of two tasks was faster.
    """

    app: ASGIApp
    now: Callable[[], datetime]
    held: list[Held] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def hold(self, exchange: Exchange, fault: LateAcceptance) -> None:
        """Keep a request; beyond a thousand the oldest is due at once."""
        after = fault.after_seconds
        due_at = None if after is None else self.now() + timedelta(seconds=float(after))
        self.held.append(Held(exchange, fault.after_requests, due_at))
        if len(self.held) > HELD_AT_MOST:
            self.held[0].requests_left = 0

    def count_request(self) -> None:
        """Count one more request that is answered before."""
        for held in self.held:
            if held.requests_left:
                held.requests_left -= 1

    async def do_due(self) -> None:
        """Do what is due, oldest first."""
        async with self.lock:
            now = self.now()
            due = [held for held in self.held if held.is_due(now)]
            self.held = [held for held in self.held if not held.is_due(now)]
            for held in due:
                await held.exchange.ask(self.app)
