"""Where a value stands, and its path from the root: found by reading the text again, for errors only.

1. A container knows its offset. From there on the elements are counted through until its member is reached.
2. A path is found from the beginning of the text, with a stack of the keys and positions that lead to where
   the reading stands, until the place of the error is reached.
"""

from __future__ import annotations

from alchemiser_dagster.symphony.score.elements import (
    CLOSING,
    KEY,
    OPENING,
    elements,
    unescaped,
    value_offset,
)
from alchemiser_dagster.symphony.score.values import Array, Object
from alchemiser_dagster.symphony.syntax.source import Place, Source

LONGEST_PATH = 160
SHOWN_OF_PATH = 60


def member_place(container: Object | Array, member: str | int) -> Place:
    """Return where a member's value begins; of a key that stands twice, the last one's."""
    depth, position, found = 0, -1, container.offset
    for element in elements(container.source.text, container.offset):
        kind = element.lastindex
        if kind == CLOSING:
            depth -= 1
            if depth == 0:
                break
            continue
        if depth == 1:
            position += 1
            name = position if element[KEY] is None else unescaped(element[KEY])
            found = value_offset(element) if name == member else found
        depth += kind == OPENING
    return container.source.place(found)


def path_to(source: Source, place: Place) -> str:
    """Return the keys and positions that lead to a value: `children[0].rhs-val`; empty for the root."""
    steps: list[str] = []
    positions: list[int] = []
    target = _offset(source, place)
    for element in elements(source.text):
        if element.lastindex == CLOSING:
            steps.pop()
            positions.pop()
            continue
        step = _step(element[KEY], positions)
        if value_offset(element) >= target:
            return _shortened("".join((*steps, step)).lstrip("."))
        if element.lastindex == OPENING:
            steps.append(step)
            positions.append(-1)
    return ""


def _step(key: str | None, positions: list[int]) -> str:
    if key is not None:
        return f".{unescaped(key)}"
    if not positions:
        return ""
    positions[-1] += 1
    return f"[{positions[-1]}]"


def _offset(source: Source, place: Place) -> int:
    lines = source.text.split("\n")[: place.line - 1]
    return sum(len(line) + 1 for line in lines) + place.column - 1


def _shortened(path: str) -> str:
    return path if len(path) <= LONGEST_PATH else f"{path[:SHOWN_OF_PATH]}…{path[-SHOWN_OF_PATH:]}"
