"""Taking a bracket apart: each item of the kind expected, or an error at its place."""

from __future__ import annotations

from collections.abc import Collection

from alchemiser_dagster.symphony.syntax.node import Node
from alchemiser_dagster.symphony.syntax.source import MeaningError, unknown
from alchemiser_dagster.symphony.text.forms import (
    Bracket,
    Item,
    Keyword,
    Literal,
    Name,
    Number,
    Text,
    describe,
)


def require(call: Bracket, least: int, most: int, usage: str) -> None:
    """Raise `MeaningError` unless the number of arguments behind the name lies within the bounds."""
    given = len(call.items) - 1
    if least <= given <= most:
        return
    if given < least:
        raise MeaningError(f"{name_of(call)} lacks something", call.place, remedy=f"Write {usage}")
    superfluous = describe(call.items[most + 1])
    raise call.wrong(most + 1, f"{name_of(call)} has no use for {superfluous}", f"Write {usage}")


def name_of(item: Item) -> str | None:
    """Return the name that a call begins with; None for what is no call, or begins otherwise."""
    match item:
        case Bracket(opening="(", items=[Name(value=name), *_]):
            return name
        case _:
            return None


def misplaced(call: Bracket, position: int, expected: str, kind: str, known: Collection[str]) -> MeaningError:
    """Return the error for an item that is not what should stand there, with the nearest known name."""
    item = call.items[position]
    match item:
        case Bracket(opening="(", items=[]):
            return call.wrong(position, f"expected {expected}, not an empty form")
        case Bracket(opening="(", items=[Name(value=name), *_]):
            return unknown(kind, name, item.place_of(0), known)
        case Bracket(opening="(", items=[head, *_]):
            remedy = "Several blocks stand in [ ]" if isinstance(head, Node) else None
            return item.wrong(0, f"expected a name after the parenthesis, not {describe(head)}", remedy)
        case _:
            return call.wrong(position, f"expected {expected}, not {describe(item)}")


def is_bracket(item: Item, opening: str) -> bool:
    """Whether an item is a bracket of that shape without a meaning of its own."""
    return isinstance(item, Bracket) and item.opening == opening


def text(call: Bracket, position: int, expected: str) -> str:
    """Return a string's value."""
    item = call.items[position]
    if isinstance(item, Text):
        return item.value
    raise call.wrong(position, f"expected {expected} in double quotes, not {describe(item)}")


def label(call: Bracket, position: int) -> str | None:
    """Return a string's value, or None for nil."""
    item = call.items[position]
    if isinstance(item, Literal) and item.value is None:
        return None
    if isinstance(item, Text):
        return item.value
    raise call.wrong(position, f"expected a label in double quotes or nil, not {describe(item)}")


def number(call: Bracket, position: int, expected: str) -> float:
    """Return a number's value."""
    item = call.items[position]
    if isinstance(item, Number):
        return item.value
    raise call.wrong(position, f"expected {expected}, not {describe(item)}")


def whole_number(call: Bracket, position: int, expected: str) -> int:
    """Return a number's value if it is whole."""
    value = number(call, position, expected)
    if not value.is_integer():
        raise call.wrong(position, f"expected {expected}, not {value:g}")
    return int(value)


def entries(mapping: Bracket) -> dict[str, int]:
    """Return a map's keys, each with its position; its value stands behind it."""
    found: dict[str, int] = {}
    for position in range(0, len(mapping.items), 2):
        key = mapping.items[position]
        if not isinstance(key, Keyword):
            raise mapping.wrong(position, f"expected a key such as :window, not {describe(key)}")
        if position + 1 == len(mapping.items):
            raise mapping.wrong(position, f"{describe(key)} has no value")
        if key.value in found:
            raise mapping.wrong(position, f"{describe(key)} stands here twice")
        found[key.value] = position
    return found
