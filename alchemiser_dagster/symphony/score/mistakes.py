"""Says what is wrong with a text that is not JSON: the commonest slips by name, all with their place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alchemiser_dagster.symphony.score.elements import CHARACTERS, SPACE
from alchemiser_dagster.symphony.score.values import Array, Object
from alchemiser_dagster.symphony.syntax.source import MeaningError, shortened

WHITE_SPACE = re.compile(SPACE)
STRING = re.compile('"' + CHARACTERS)
WORD = re.compile(r"[^\s,:;\"'()\[\]{}]+")
LITERALS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "nil": "null"}
NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "+Infinity")

ESCAPES = r"Known are \" \\ \/ \b \f \n \r \t, and \u with four hexadecimal digits"


@dataclass(frozen=True, slots=True)
class Reached:
    """Where the reader stands when it can't go on.

    Parameters
    ----------
    offset
        The end of the last element that was understood.
    container
        What is open there.
    may_begin, may_end
        Whether an element, or the container's closing bracket, may stand there.
    is_complete
        Whether the text's one value has been read.
    """

    offset: int
    container: Array | Object
    may_begin: bool
    may_end: bool
    is_complete: bool


def mistake(reached: Reached) -> MeaningError:
    """Return the error for what stands at, or is missing from, the place where the reader stands."""
    return _Look(reached).mistake()


class _Look:
    """A second, slower look at the place of a mistake."""

    def __init__(self, reached: Reached) -> None:
        self.reached = reached
        self.container = reached.container
        self.source = reached.container.source
        self.text = self.source.text
        self.at = self._behind_white_space(reached.offset)

    def mistake(self) -> MeaningError:
        character = self.text[self.at : self.at + 1]
        if self.reached.is_complete:
            return self._error("a JSON text ends with its one value: nothing may follow", self.at)
        if not character:
            return self._ending()
        if character in "]}":
            return self._closing(character)
        if not self.reached.may_begin:
            return self._error(f'expected a comma or "{self._closing_bracket}" here', self.at)
        return self._member() if isinstance(self.container, Object) else self._value()

    @property
    def _closing_bracket(self) -> str:
        return "}" if isinstance(self.container, Object) else "]"

    @property
    def _opening_bracket(self) -> str:
        return "{" if isinstance(self.container, Object) else "["

    def _behind_white_space(self, offset: int) -> int:
        space = WHITE_SPACE.match(self.text, offset)
        return space.end() if space else offset

    def _error(self, what: str, offset: int, remedy: str | None = None) -> MeaningError:
        return MeaningError(what, self.source.place(offset), remedy=remedy)

    def _ending(self) -> MeaningError:
        if self._is_outermost:
            return MeaningError("there is no symphony here: the text is empty", remedy="Write a JSON object")
        return self._error(f'"{self._opening_bracket}" is never closed: the text ends', self.container.offset)

    @property
    def _is_outermost(self) -> bool:
        return not self.reached.may_end and self.reached.offset == 0

    def _closing(self, character: str) -> MeaningError:
        if self._is_outermost:
            return self._error(f'"{character}" closes nothing', self.at)
        if character != self._closing_bracket:
            place = self.container.place
            return self._error(
                f'"{character}" can\'t close the "{self._opening_bracket}" of line {place.line}, '
                f"column {place.column}",
                self.at,
            )
        return self._error(f'"{character}" can\'t follow a comma', self.at, "Remove the comma")

    def _member(self) -> MeaningError:
        if self.text[self.at] != '"':
            return self._word("a key in double quotes")
        string = STRING.match(self.text, self.at)
        end = string.end() if string else self.at
        if self.text[end : end + 1] != '"':
            return self._string(end)
        self.at = self._behind_white_space(end + 1)
        if self.text[self.at : self.at + 1] != ":":
            return self._error("expected a colon and a value behind this key", self.at - 1)
        self.at = self._behind_white_space(self.at + 1)
        return self._value()

    def _value(self) -> MeaningError:
        character = self.text[self.at : self.at + 1]
        if not character:
            return self._ending()
        if character != '"':
            return self._word("a value")
        string = STRING.match(self.text, self.at)
        end = string.end() if string else self.at
        if self.text[end : end + 1] != '"':
            return self._string(end)
        return self._error("a key can't stand in an array", self.at, "Put { } around key and value")

    def _string(self, end: int) -> MeaningError:
        character = self.text[end : end + 1]
        if not character or self.text[end:] == "\\":
            return self._error("this string is never closed", self.at)
        if character == "\\":
            escape = self.text[end : end + 2]
            return self._error(f'there is no escape "{escape}" in JSON', end, ESCAPES)
        if character in "\r\n":
            return self._error(
                "this string is not closed on its line", self.at, "A line break in a string is written \\n"
            )
        return self._error(
            "a control character can't stand in a string", end, f"Write \\u{ord(character):04x} instead"
        )

    def _word(self, expected: str) -> MeaningError:
        character = self.text[self.at]
        word = WORD.match(self.text, self.at)
        found = word[0] if word else character
        if character == "'":
            return self._error("JSON knows no single quotes", self.at, 'Strings stand in double quotes: "…"')
        if found.startswith(("//", "/*", "#")):
            return self._error("JSON knows no comments", self.at, "Remove it")
        if found in NO_NUMBERS:
            return self._error(f"{found} is no number of JSON", self.at, "Write a finite number")
        if found in LITERALS:
            return self._error(f"JSON knows no {found}", self.at, f"Write {LITERALS[found]}")
        if word:
            return self._error(f'expected {expected}, not "{shortened(found)}"', self.at)
        return self._error(f'expected {expected} before this "{character}"', self.at)
