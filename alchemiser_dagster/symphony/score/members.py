"""Taking a JSON object apart: each member of the kind expected, or an error at its place.

A member that is null counts as one that is not there: exports write what they don't use as null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar, cast

from alchemiser_dagster.symphony.score.places import member_place
from alchemiser_dagster.symphony.score.values import Array, Object, Value, describe_value
from alchemiser_dagster.symphony.syntax.numerals import NUMBER
from alchemiser_dagster.symphony.syntax.source import MeaningError, shortened, unknown

FLAGS = {"true": True, "false": False}

T = TypeVar("T")


def wrong(node: Object, key: str, what: str, remedy: str | None = None) -> MeaningError:
    """Return the error about a member, at its place."""
    return MeaningError(what, member_place(node, key), remedy=remedy)


def member(node: Object, key: str) -> Value:
    """Return a member's value, None where there is none; raise `MeaningError` where the key stands twice."""
    if node.repeated and key in node.repeated:
        raise wrong(node, key, f'"{key}" stands in this object twice', "Keep one of the two")
    return node.members.get(key)


def needed(node: Object, key: str, usage: str) -> Value:
    """Return a member's value; `usage` says in the error what should stand there."""
    value = member(node, key)
    if value is None:
        step = node.members.get("step")
        who = f"this {shortened(step)}" if isinstance(step, str) else "this object"
        raise MeaningError(f'{who} lacks "{key}"', node.place, remedy=f"Write {usage}")
    return value


def text(node: Object, key: str, usage: str) -> str:
    """Return a string member."""
    value = needed(node, key, usage)
    if isinstance(value, str):
        return value
    raise wrong(node, key, f'"{key}" must be a string, not {describe_value(value)}', f"Write {usage}")


def label(node: Object, key: str) -> str | None:
    """Return a string member; None where there is none."""
    return None if member(node, key) is None else text(node, key, f'"{key}": "a label"')


def chosen(node: Object, key: str, kind: str, known: Collection[str]) -> str:
    """Return a string member that must be one of those known."""
    value = text(node, key, f'"{key}", one of: {", ".join(known)}')
    if value not in known:
        raise unknown(kind, value, member_place(node, key), known)
    return value


def number(node: Object, key: str, usage: str) -> float:
    """Return a number member; a string of digits is a number too."""
    value = needed(node, key, usage)
    read = number_in(value)
    if read is None:
        raise wrong(node, key, f'"{key}" must be a number, not {describe_value(value)}', f"Write {usage}")
    if not math.isfinite(read):
        raise wrong(node, key, f'the number of "{key}" is too large')
    return read


def number_in(value: Value) -> float | None:
    """Return the number that a value is or, being a string, spells; None where it is none."""
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value.strip()) else None
    return None if isinstance(value, bool) or not isinstance(value, float) else value


def whole_number(node: Object, key: str, usage: str) -> int:
    """Return a number member that must be whole."""
    value = number(node, key, usage)
    if not value.is_integer():
        raise wrong(node, key, f'"{key}" must be a whole number, not {value:g}', f"Write {usage}")
    return int(value)


def flag(node: Object, key: str) -> bool | None:
    """Return true or false; None where there is no such member."""
    value = member(node, key)
    if isinstance(value, str):
        value = FLAGS.get(value, value)
    if value is None or isinstance(value, bool):
        return value
    raise wrong(node, key, f'"{key}" must be true or false, not {describe_value(value)}')


def mapping(node: Object, key: str, usage: str) -> Object:
    """Return a member that must be an object."""
    value = needed(node, key, usage)
    if isinstance(value, Object):
        return value
    raise wrong(node, key, f'"{key}" must be an object, not {describe_value(value)}', f"Write {usage}")


def items(node: Object, key: str) -> Array:
    """Return a member that must be an array; an empty one where there is none."""
    value = member(node, key)
    if value is None:
        return Array(node.source, node.offset)
    if isinstance(value, Array):
        return value
    raise wrong(node, key, f'"{key}" must be an array, not {describe_value(value)}', f'Write "{key}": […]')


def objects(node: Object, key: str) -> Sequence[Object]:
    """Return a member that must be an array of objects; none where there is no such member."""
    array = items(node, key)
    for position, item in enumerate(array.items):
        if not isinstance(item, Object):
            place = member_place(array, position)
            raise MeaningError(f'"{key}" holds objects {{ }}, not {describe_value(item)}', place)
    return cast("Sequence[Object]", array.items)


def fold(
    root: Object,
    parts_of: Callable[[Object], Sequence[Object]],
    make: Callable[[Object, tuple[T, ...]], T],
) -> T:
    """Return what `make` makes of an object and of what it made of the object's parts, without recursion."""
    found = [root]
    spans: list[slice] = []
    for node in found:
        parts = parts_of(node)
        spans.append(slice(len(found), len(found) + len(parts)))
        found.extend(parts)
    made: list[T] = [cast("T", None)] * len(found)
    for position in range(len(found) - 1, -1, -1):
        made[position] = make(found[position], tuple(made[spans[position]]))
    return made[0]
