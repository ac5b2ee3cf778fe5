"""Work side by side that is waited for only so long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from threading import Thread

from alchemiser_dagster.clock import Clock


def at_once(works: Iterable[Callable[[], None]], clock: Clock, seconds: float) -> None:
    """Do all works at the same time and return when they are done, or when the seconds are over.

    Who is not done by then goes on, and does not keep the process from ending.
    """
    threads = [Thread(target=copy_context().run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    end = clock.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - clock.monotonic()))
