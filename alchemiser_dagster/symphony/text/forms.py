"""What the reader makes of a text: atoms, and brackets around items that mean nothing yet.

1. An atom has no place: equal atoms of a text are one object.
2. A bracket knows where it begins. The place of one of its items is looked for in the text when an error asks
   for it, and only then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from alchemiser_dagster.symphony.syntax.blocks import (
    kind_of,
)
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Compound, Indicator, Reading
from alchemiser_dagster.symphony.syntax.node import Node
from alchemiser_dagster.symphony.syntax.source import MeaningError, Place, Source
from alchemiser_dagster.symphony.text.tokens import offset_of_item


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A string in double quotes."""

    value: str


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """An integer or a decimal."""

    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Keyword:
    """A name behind a colon; the colon is no part of `value`."""

    value: str


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """The name of a block, indicator or operator."""

    value: str


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """`nil`, `true` or `false`."""

    value: bool | None


@dataclass(slots=True, eq=False, repr=False)
class Bracket:
    """Items between brackets: "(" for a call, "[" for a vector, "{" for a map.

    Parameters
    ----------
    source
        The text in which it stands.
    offset
        Where it begins, in characters from 0.
    opening
        The bracket with which it begins.
    items
        What stands in it: atoms, brackets without a meaning of their own, and the nodes that brackets became.
    """

    source: Source
    offset: int
    opening: str
    items: list[Item]

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.source.place(self.offset)

    def place_of(self, position: int) -> Place:
        """Return where an item begins, counted from 0."""
        return self.source.place(offset_of_item(self.source.text, self.offset, position))

    def wrong(self, position: int, what: str, remedy: str | None = None) -> MeaningError:
        """Return an error at an item."""
        return MeaningError(what, self.place_of(position), remedy=remedy)


Atom: TypeAlias = Text | Number | Keyword | Name | Literal
Item: TypeAlias = Atom | Bracket | Node

_BRACKETS = {"(": "a form in ( )", "[": "a vector [ ]", "{": "a map { }"}


def describe(item: Item) -> str:
    """Return the item as an error message names it."""
    match item:
        case Text(value=text):
            described = f'the string "{text[:40]}"'
        case Number(value=number):
            described = f"the number {number:g}"
        case Keyword(value=name):
            described = f":{name[:40]}"
        case Name(value=name):
            described = f"the name {name[:40]}"
        case Literal(value=value):
            described = {None: "nil", True: "true", False: "false"}[value]
        case Bracket(opening=opening):
            described = _BRACKETS[opening]
        case _:
            described = _describe_node(item)
    return described


def _describe_node(node: Node) -> str:
    match node:
        case Indicator(name=name) | Reading(indicator=Indicator(name=name)):
            return f"the indicator {name}"
        case Comparison(operator=name) | Compound(connective=name):
            return f"the condition {name}"
        case _:
            return f"the block {kind_of(node)}"
