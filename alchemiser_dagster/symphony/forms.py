"""What the reader makes of a text: atoms and brackets, before anything means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from alchemiser_dagster.symphony.source import Place


@dataclass(frozen=True, slots=True)
class Text:
    """A string in double quotes."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Number:
    """An integer or a decimal."""

    value: float
    place: Place


@dataclass(frozen=True, slots=True)
class Keyword:
    """A name behind a colon; the colon is no part of `value`."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a block, indicator or operator."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Literal:
    """`nil`, `true` or `false`."""

    value: bool | None
    place: Place


@dataclass(frozen=True, slots=True, repr=False)
class Bracket:
    """Forms between brackets: "(" for a call, "[" for a vector, "{" for a map."""

    opening: str
    items: tuple[Form, ...]
    place: Place


Form: TypeAlias = Text | Number | Keyword | Name | Literal | Bracket


def describe(form: Form) -> str:
    """Return the form as an error message names it."""
    match form:
        case Text(value=text):
            described = f'the string "{text[:40]}"'
        case Number(value=number):
            described = f"the number {number:g}"
        case Keyword(value=name):
            described = f":{name}"
        case Name(value=name):
            described = f"the name {name}"
        case Literal(value=value):
            described = {None: "nil", True: "true", False: "false"}[value]
        case Bracket(opening=opening):
            described = {"(": "a form in ( )", "[": "a vector [ ]", "{": "a map { }"}[opening]
    return described
