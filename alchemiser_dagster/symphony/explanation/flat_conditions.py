"""A condition as a flat list of its parts, and its truth put together from theirs, at any depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.syntax.conditions import Comparison, Compound, Condition

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FlatPart:
    """A part of a condition: `parent` is the place of the compound around it, -1 for the whole."""

    condition: Condition
    parent: int
    depth: int


def flat_parts(condition: Condition) -> tuple[FlatPart, ...]:
    """Return a condition and all parts of it in the order of the text, each behind its compound."""
    parts: list[FlatPart] = []
    waiting = [FlatPart(condition, -1, 0)]
    while waiting:
        part = waiting.pop()
        if isinstance(part.condition, Compound):
            inside = [FlatPart(one, len(parts), part.depth + 1) for one in part.condition.conditions]
            waiting.extend(reversed(inside))
        parts.append(part)
    return tuple(parts)


def joined(parts: tuple[FlatPart, ...], truth_of: Callable[[Comparison], Flags]) -> Flags:
    """Return the truth of the whole from that of each comparison."""
    truths: list[Flags | None] = [None] * len(parts)
    for number in range(len(parts) - 1, -1, -1):
        part = parts[number]
        truth = truth_of(part.condition) if isinstance(part.condition, Comparison) else truths[number]
        if truth is None or part.parent < 0:
            continue
        above, known = parts[part.parent].condition, truths[part.parent]
        is_and = isinstance(above, Compound) and above.connective == "and"
        together = truth if known is None else (known & truth if is_and else known | truth)
        truths[part.parent] = together
    whole = parts[0].condition
    root = truth_of(whole) if isinstance(whole, Comparison) else truths[0]
    return np.zeros(0, dtype=np.bool_) if root is None else root
