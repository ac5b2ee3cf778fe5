"""Doing one thing for many, several at a time (R-24)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_lanes(function: Callable[[Given], Made], items: Iterable[Given], lanes: int) -> tuple[Made, ...]:
    """Return what the function makes of each item, in their order.

    With one lane all is done here, one after the other. With more, each item's logs carry what is bound here,
    every item is tried whatever becomes of the others, and the first failure is raised in the end.
    """
    given = tuple(items)
    if lanes == 1 or len(given) <= 1:
        return tuple(map(function, given))
    with ThreadPoolExecutor(max_workers=min(lanes, len(given))) as pool:
        futures = [pool.submit(copy_context().run, function, item) for item in given]
    return tuple(future.result() for future in futures)
