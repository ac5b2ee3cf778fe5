"""Reads JSON into values that know their places (RFC 8259; spec section 8).

1. `elements` cuts the text: a value or a bracket at a time, with the key before it and the comma behind.
2. An opening bracket begins an object or an array on an explicit stack, so that depth costs memory, not
   recursion. A closing bracket must match the one that was opened last.
3. After a comma an element must follow; without one, a closing bracket; after an opening bracket, either.
   An element of an object has a key, one of an array has none.
4. Where something stands that is no element, or one that may not stand there, `mistakes` looks again and
   says what is wrong.
5. A key that stands twice in an object is kept in `repeated`: an error for whoever asks for that key, and
   for nobody else.
"""

from __future__ import annotations

import re

from alchemiser_dagster.symphony.score.elements import (
    CLOSING,
    END,
    KEY,
    NAME,
    NUMBER,
    OPENING,
    TEXT,
    WRONG,
    elements,
    unescaped,
)
from alchemiser_dagster.symphony.score.mistakes import Reached, mistake
from alchemiser_dagster.symphony.score.values import Array, Object, Value
from alchemiser_dagster.symphony.syntax.source import Source

NO_ELEMENT = (WRONG, END)
NAMES: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def read_json(source: Source) -> Value:
    """Return the one value that a text holds.

    Raises
    ------
    MeaningError
        Where the text is not JSON.
    """
    text = source.text
    outermost = Array(source, 0)
    stack: list[Array | Object] = []
    container: Array | Object = outermost
    end, may_begin, may_end = 0, True, False
    for element in elements(text):
        kind = element.lastindex
        in_array = container.__class__ is Array
        if kind == CLOSING:
            fits = may_end and (element[CLOSING] == "]") is in_array
        else:
            fits = may_begin and (element[KEY] is None) is in_array and kind not in NO_ELEMENT
        if not fits:
            break
        end = element.end()
        may_end = text[end - 1] != ","
        may_begin = not may_end
        if kind == OPENING:
            stack.append(container)
            container = _opened(element, container)
            may_begin = True
        elif kind == CLOSING:
            container = stack.pop()
        else:
            _put(container, element, _scalar(element))
        if container is outermost:
            break
    if container is not outermost or not may_end or text[end:].strip(" \t\n\r"):
        raise mistake(Reached(end, container, may_begin, may_end, bool(outermost.items and not stack)))
    return outermost.items[0]


def _opened(element: re.Match[str], container: Array | Object) -> Array | Object:
    offset = element.start(OPENING)
    kind = Object if element[OPENING] == "{" else Array
    value = kind(container.source, offset)
    _put(container, element, value)
    return value


def _put(container: Array | Object, element: re.Match[str], value: Value) -> None:
    if isinstance(container, Array):
        container.items.append(value)
        return
    key = unescaped(element[KEY])
    if key in container.members:
        container.repeated = container.repeated or set()
        container.repeated.add(key)
    container.members[key] = value


def _scalar(element: re.Match[str]) -> Value:
    kind = element.lastindex
    if kind == TEXT:
        return unescaped(element[TEXT])
    return float(element[NUMBER]) if kind == NUMBER else NAMES[element[NAME]]
