"""Reads the text notation into forms (spec section 8).

1. One regular expression cuts the text into tokens: comments, white space (commas too), strings, brackets,
   atoms.
2. An opening bracket starts a new list of items on an explicit stack, so that depth costs memory, not
   recursion.
3. A closing bracket must match the one that was opened last; its items become one `Bracket`.
4. An atom is a number, a keyword, a name, or nil, true, false; anything else is an error at its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from alchemiser_dagster.symphony.forms import Bracket, Form, Keyword, Literal, Name, Number, Text
from alchemiser_dagster.symphony.source import MeaningError, Place, Source

TOKEN = re.compile(
    r"""(?P<space>(?:[\s,]+|;[^\n]*)+)
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<text>"[^"\\]*(?:\\.[^"\\]*)*")
      | (?P<unclosed>")
      | (?P<atom>[^\s,;"()\[\]{}]+)""",
    re.VERBOSE | re.DOTALL,
)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
KEYWORD = re.compile(r":[A-Za-z][A-Za-z0-9?_-]*")
NAME = re.compile(r"[A-Za-z<>=][A-Za-z0-9<>=?_-]*")
UNKNOWN_ESCAPE = re.compile(r'\\[^"\\]', re.DOTALL)
ESCAPE = re.compile(r"\\(.)")
CLOSING = {"(": ")", "[": "]", "{": "}"}
LITERALS: dict[str, bool | None] = {"nil": None, "true": True, "false": False}


@dataclass(slots=True)
class _Open:
    """A bracket that waits for its end."""

    opening: str
    place: Place
    items: list[Form] = field(default_factory=list)


def read(source: Source) -> tuple[Form, ...]:
    """Return the forms of a text, in order.

    Raises
    ------
    MeaningError
        Where a bracket, string or atom is not one of the notation.
    """
    outermost = _Open("", Place(1, 1))
    stack = [outermost]
    for kind, token, offset in _tokens(source.text):
        place = source.place(offset)
        if kind == "open":
            stack.append(_Open(token, place))
        elif kind == "close":
            closed = _close(stack, token, place)
            stack[-1].items.append(closed)
        else:
            stack[-1].items.append(_atom(kind, token, place))
    if len(stack) > 1:
        raise MeaningError(f'"{stack[-1].opening}" is never closed', stack[-1].place)
    return tuple(outermost.items)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match.group(), match.start()


def _close(stack: list[_Open], closing: str, place: Place) -> Bracket:
    opened = stack[-1]
    if len(stack) == 1:
        raise MeaningError(f'"{closing}" closes nothing', place)
    if CLOSING[opened.opening] != closing:
        raise MeaningError(
            f'"{closing}" can\'t close the "{opened.opening}" of line {opened.place.line}, '
            f"column {opened.place.column}",
            place,
        )
    stack.pop()
    return Bracket(opened.opening, tuple(opened.items), opened.place)


def _atom(kind: str, token: str, place: Place) -> Form:
    if kind == "text":
        return _text(token, place)
    if kind == "unclosed":
        raise MeaningError("this string is never closed", place)
    if token in LITERALS:
        return Literal(LITERALS[token], place)
    if NAME.fullmatch(token):
        return Name(token, place)
    if KEYWORD.fullmatch(token):
        return Keyword(token[1:], place)
    if NUMBER.fullmatch(token):
        return _number(token, place)
    raise MeaningError(f'"{_shortened(token)}" is no number, name or keyword', place)


def _number(token: str, place: Place) -> Number:
    value = float(token)
    if not math.isfinite(value):
        raise MeaningError(f"the number {_shortened(token)} is too large", place)
    return Number(value, place)


def _text(token: str, place: Place) -> Text:
    content = token[1:-1]
    if "\\" in content:
        unknown = UNKNOWN_ESCAPE.search(re.sub(r'\\["\\]', "  ", content))
        if unknown:
            raise MeaningError('a string knows only the escapes \\" and \\\\', place)
        content = ESCAPE.sub(r"\1", content)
    return Text(content, place)


def _shortened(token: str) -> str:
    return token if len(token) <= 40 else token[:40] + "…"  # noqa: PLR2004
