"""The order of what is nested: syntax, or the numbered nodes of a graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def parents_first(root: N, children_of: Callable[[N], Sequence[N]]) -> tuple[N, ...]:
    """Return all that lies within a root, each distinct part once and behind all that hold it.

    The order depends on the root's own nest alone. What waits is a list, so no nesting is too deep.
    """
    finished: list[N] = []
    seen: set[N] = set()
    waiting = [(root, False)]
    while waiting:
        part, is_done = waiting.pop()
        if is_done:
            finished.append(part)
        elif part not in seen:
            seen.add(part)
            waiting.append((part, True))
            waiting.extend([(child, False) for child in reversed(children_of(part))])
    return tuple(reversed(finished))
