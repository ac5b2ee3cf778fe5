"""Reads the text notation from the inside out (spec section 8).

1. The text is cut into tokens, one after the other.
2. An opening bracket goes on an explicit stack, so that depth costs memory, not recursion; what follows
   becomes its items.
3. An atom is a number, a keyword, a name, a string, or nil, true, false; anything else is an error at its
   place. Each distinct atom is made once.
4. A closing bracket must match the one that was opened last. That one has all its items now, and these have
   their meaning: it is handed over to be given its own, and the result is an item of the bracket around it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from alchemiser_dagster.symphony.syntax.numerals import NUMBER
from alchemiser_dagster.symphony.syntax.source import MeaningError, Place, Source, shortened
from alchemiser_dagster.symphony.text.forms import Atom, Bracket, Item, Keyword, Literal, Name, Number, Text
from alchemiser_dagster.symphony.text.tokens import ATOM, CLOSE, CLOSING, OPEN, TOKEN

KEYWORD = re.compile(r":[A-Za-z][A-Za-z0-9?_-]*")
NAME = re.compile(r"[A-Za-z<>=][A-Za-z0-9<>=?_-]*")
UNKNOWN_ESCAPE = re.compile(r'\\[^"\\]', re.DOTALL)
ESCAPE = re.compile(r"\\(.)")
LITERALS: dict[str, bool | None] = {"nil": None, "true": True, "false": False}
OTHER_QUOTES = re.compile("['`‘’“”„«»]")  # noqa: RUF001  those that editors put in the place of "


class Atoms(dict[str, Atom]):
    """The atoms of a text by how they are written, each made when it is first asked for."""

    def __missing__(self, token: str) -> Atom:
        atom = self[token] = _atom(token)
        return atom


def read(source: Source, build: Callable[[Bracket], Item]) -> list[Item]:
    """Return what a text consists of, in order.

    Parameters
    ----------
    source
        The text.
    build
        Gives a closed bracket its meaning; one that has none by itself it returns as it is.

    Raises
    ------
    MeaningError
        Where a bracket, string or atom is not one of the notation, and whatever `build` raises.
    """
    atoms = Atoms()
    stack: list[Bracket] = []
    bracket = outermost = Bracket(source, -1, "", [])
    for match in TOKEN.finditer(source.text):
        kind = match.lastindex
        if kind == ATOM:
            try:
                bracket.items.append(atoms[match[1]])
            except MeaningError as error:
                raise _at(error, source.place(match.start(1))) from None
        elif kind == OPEN:
            stack.append(bracket)
            bracket = Bracket(source, match.start(2), match[2], [])
        elif kind == CLOSE:
            if CLOSING.get(bracket.opening) != match[3]:
                raise _wrong_closing(bracket, match[3], source.place(match.start(3)))
            closed = bracket
            bracket = stack.pop()
            bracket.items.append(build(closed))
        elif kind is not None:
            raise _unclosed_string(source, match.start(kind))
    if bracket is not outermost:
        raise MeaningError(f'"{bracket.opening}" is never closed', bracket.place)
    return outermost.items


def _at(error: MeaningError, place: Place) -> MeaningError:
    return MeaningError(error.what, place, remedy=error.remedy)


def _wrong_closing(opened: Bracket, closing: str, place: Place) -> MeaningError:
    if not opened.opening:
        return MeaningError(f'"{closing}" closes nothing', place)
    line, column = opened.place
    return MeaningError(
        f'"{closing}" can\'t close the "{opened.opening}" of line {line}, column {column}', place
    )


def _unclosed_string(source: Source, offset: int) -> MeaningError:
    """Return the error; it may be the fault of a string before it that goes on into the next line."""
    remedy = None
    for match in TOKEN.finditer(source.text):
        if match.lastindex == ATOM and match[1][0] == '"' and "\n" in match[1]:
            line, column = source.place(match.start(1))
            remedy = f"Perhaps the one that begins in line {line}, column {column} lacks its end"
            break
    return MeaningError("this string is never closed", source.place(offset), remedy=remedy)


def _atom(token: str) -> Atom:
    if token[0] == '"':
        return _text(token)
    if token in LITERALS:
        return Literal(LITERALS[token])
    if NAME.fullmatch(token):
        return Name(token)
    if KEYWORD.fullmatch(token):
        return Keyword(token[1:])
    if NUMBER.fullmatch(token):
        return _number(token)
    raise MeaningError(
        f'"{shortened(token)}" is no number, name or keyword', remedy=_remedy_for_an_unknown_atom(token)
    )


def _remedy_for_an_unknown_atom(token: str) -> str | None:
    if token[0].isdigit():
        return "Numbers are written like 5, -0.5 or 1e-3"
    if OTHER_QUOTES.search(token):
        return 'Strings stand in straight double quotes: "SPY"'
    return None


def _number(token: str) -> Number:
    value = float(token)
    if not math.isfinite(value):
        raise MeaningError(f"the number {shortened(token)} is too large")
    return Number(value)


def _text(token: str) -> Text:
    content = token[1:-1]
    if "\\" in content:
        unknown = UNKNOWN_ESCAPE.search(re.sub(r'\\["\\]', "  ", content))
        if unknown:
            raise MeaningError('a string knows only the escapes \\" and \\\\')
        content = ESCAPE.sub(r"\1", content)
    return Text(content)
