"""One layer of settings: the values that one source gives, each with the place it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

RawValue: TypeAlias = (
    "str | int | float | bool | Decimal | date | time | Path | Sequence[RawValue] | RawTable | None"
)
RawTable: TypeAlias = "dict[str, RawValue]"


@dataclass(frozen=True)
class Origin:
    """Where a value came from.

    Parameters
    ----------
    label
        The kind of source: "default", the settings file's name, "environment NAME", ".env", "command line".
    place
        The same, precise enough to find it: with folder and line.
    items
        The places of a list's items, where they are known.
    """

    label: str
    place: str
    items: tuple[str, ...] = ()

    def place_of_item(self, index: int) -> str:
        """Return the place of an item of a list, or of the whole list where that is all that is known."""
        return self.items[index] if index < len(self.items) else self.place


@dataclass(frozen=True)
class Entry:
    """A setting's value as a source gave it, by the setting's dotted name."""

    name: str
    value: RawValue
    origin: Origin


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with one setting."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return place, thing and remedy in one line."""
        return f"{self.place}: {self.what}. {self.remedy}"


@dataclass(frozen=True)
class Layer:
    """What one source gave: values of known settings, and problems with everything else."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
