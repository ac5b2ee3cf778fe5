"""What the JSON reader makes of a text: plain values in containers that know their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from alchemiser_dagster.symphony.syntax.source import Place, Source, shortened


@dataclass(slots=True, eq=False)
class Array:
    """Values in square brackets."""

    source: Source
    offset: int
    items: list[Value] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where its bracket stands in the text."""
        return self.source.place(self.offset)


@dataclass(slots=True, eq=False)
class Object:
    """Values by key: of a key that stands in it twice the last value, and the key is in `repeated`."""

    source: Source
    offset: int
    members: dict[str, Value] = field(default_factory=dict)
    repeated: set[str] | None = None

    @property
    def place(self) -> Place:
        """Where its bracket stands in the text."""
        return self.source.place(self.offset)


Value: TypeAlias = Array | Object | str | float | bool | None


def describe_value(value: Value) -> str:
    """Return the value as an error message names it."""
    match value:
        case Array():
            described = "an array [ ]"
        case Object():
            described = "an object { }"
        case str():
            described = f'the string "{shortened(value)}"'
        case None:
            described = "null"
        case bool():
            described = "true" if value else "false"
        case number:
            described = f"the number {number:g}"
    return described
