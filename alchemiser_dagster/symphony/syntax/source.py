"""Places in a symphony's text, and the errors that point at them.

1. A `Place` is a line and a column, both counted from 1.
2. A node or form that makes no sense raises `MeaningError`: it knows its place, but not the text.
3. `Source.complaint` turns that into a `SymphonyError`, which shows file, line, column, the source line and
   a caret.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from alchemiser_dagster.errors import StrategyError

WIDEST_EXCERPT = 100
LONGEST_QUOTE = 40


class Place(NamedTuple):
    """Line and column in a text, counted from 1."""

    line: int
    column: int

    @property
    def words(self) -> str:
        """The line; on the first one, which may be the whole of a file, the column."""
        return f"line {self.line}" if self.line > 1 else f"column {self.column}"


def at_place(name: str, place: Place | None) -> str:
    """Return what something is called, and where it stands if that is known."""
    return f"{name} at {place.words}" if place else name


class MeaningError(StrategyError):
    """A form or node has no meaning; `place` says where it stands, None where it came from no text.

    `path` says it a second time where a place alone is hard to follow, as in a file of one line.
    """

    def __init__(self, what: str, place: Place | None = None, *, remedy: str | None = None) -> None:
        self.place = place
        self.path = ""
        super().__init__(what, remedy=remedy)


def unknown(kind: str, name: str, place: Place, known: Collection[str]) -> MeaningError:
    """Return the error for a name that isn't one of those known, with the nearest of them."""
    near = get_close_matches(name, known, n=1)
    remedy = f"Did you mean {near[0]}" if near else f"Known are: {', '.join(known)}"
    what = f"there is no {kind} {name[:LONGEST_QUOTE]}"
    return MeaningError(what, place, remedy=remedy + ("?" if near else ""))


def shortened(text: str) -> str:
    """Return what a message quotes, cut if it is long."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"


class SymphonyError(StrategyError):
    """A symphony can't be read: `where` is file:line:column, `excerpt` the source line with a caret below."""

    def __init__(self, what: str, *, where: str, remedy: str | None, excerpt: str) -> None:
        self.excerpt = excerpt
        super().__init__(what, where=where, remedy=remedy)

    def __str__(self) -> str:
        """Return place, thing and remedy, then the source line and the caret."""
        return f"{super().__str__()}\n{self.excerpt}" if self.excerpt else super().__str__()


@dataclass(frozen=True)
class Source:
    """A text and the name under which errors speak of it."""

    name: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]

    def place(self, offset: int) -> Place:
        """Return the line and column of a character, counted from 0 in the text."""
        line = bisect_right(self._line_starts, offset)
        return Place(line, offset - self._line_starts[line - 1] + 1)

    def excerpt(self, place: Place) -> str:
        """Return the source line and, below it, a caret; a long line is cut around the caret.

        Of a blank line there is nothing to show.
        """
        start = self._line_starts[place.line - 1]
        line = self.text[start : self._line_starts[place.line] - 1].rstrip("\r")
        shown = _printable(line)
        if not shown.strip():
            return ""
        column = place.column - 1
        first = max(0, column - WIDEST_EXCERPT // 2) if len(shown) > WIDEST_EXCERPT else 0
        margin = " " * sum(map(_cells, shown[first:column]))
        return f"  {shown[first : first + WIDEST_EXCERPT]}\n  {margin}^"

    def complaint(self, error: MeaningError) -> SymphonyError:
        """Return the error with its place in this text."""
        place = error.place or Place(1, 1)
        path = f" ({error.path})" if error.path else ""
        return SymphonyError(
            _printable(error.what),
            where=f"{self.name}:{place.line}:{place.column}{_printable(path)}",
            remedy=error.remedy,
            excerpt=self.excerpt(place),
        )


def _printable(text: str) -> str:
    """Return the text without what would move a terminal's cursor or change its colours."""
    return "".join(character if character.isprintable() else " " for character in text)


def _cells(character: str) -> int:
    """Return how many cells of a terminal a character fills: a letter of East Asia two, an accent none."""
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
