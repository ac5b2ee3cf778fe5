"""Recursion without a limit: a generator that needs the result for a part yields the part's own generator.

1. The generator on top of an explicit stack runs until it asks for a part or returns.
2. A part that it asks for goes on top; what the part returns is sent to the generator below.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar, cast

T = TypeVar("T")

Steps: TypeAlias = "Generator[Steps[T], T, T]"


def run(steps: Steps[T]) -> T:
    """Return what the generator returns, however deep its parts nest."""
    stack = [steps]
    answer: T | None = None
    while stack:
        try:
            part = stack[-1].send(cast("T", answer))
        except StopIteration as finished:
            stack.pop()
            answer = finished.value
        else:
            stack.append(part)
            answer = None
    return cast("T", answer)
