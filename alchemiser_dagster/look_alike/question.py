"""A request as a handler sees it, and what the handler returns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from alchemiser_dagster.look_alike.errors import BAD_REQUEST, INVALID, AnswerError, invalid

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

YES, NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})


@dataclass(frozen=True)
class Answer:
    """What is sent back: a body, None for an empty one, and its HTTP status."""

    body: Json
    status: int = 200


@dataclass(frozen=True)
class Question:
    """What a request asks.

    Parameters
    ----------
    query
        The query's parameters; of a repeated one the values are joined with commas.
    place
        What the path names, such as an order's id.
    body
        The body's bytes.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    place: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter of the query."""
        return self.query.get(name, default).strip()

    def choice(self, name: str, default: str, allowed: Sequence[str]) -> str:
        """Return a parameter that is one of several words."""
        value = self.text(name).lower() or default
        if value not in allowed:
            raise invalid(f"invalid {name}: {value}")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal() or not least <= int(value) <= most:
            raise invalid(f"invalid {name}: {value}. it must be between {least} and {most}")
        return int(value)

    def flag(self, name: str) -> bool:
        """Return a parameter that is true or false; false where it is absent."""
        value = self.text(name).lower()
        if value not in YES | NO:
            raise invalid(f"invalid {name}: {value}")
        return value in YES

    def symbols(self) -> tuple[str, ...]:
        """Return the symbols that are asked for, each once."""
        named = (symbol.strip().upper() for symbol in self.text("symbols").split(","))
        return tuple(dict.fromkeys(symbol for symbol in named if symbol))

    def fields(self) -> Mapping[str, object]:
        """Return the fields of a body that is a JSON object; numbers with a point are decimals."""
        if not self.body.strip():
            return {}
        try:
            content = json.loads(self.body, parse_float=Decimal)
        except ValueError as error:
            raise AnswerError(BAD_REQUEST, INVALID, "request body format is invalid") from error
        if not isinstance(content, dict):
            raise AnswerError(BAD_REQUEST, INVALID, "request body format is invalid")
        return content


def decimal_of(name: str, value: object) -> Decimal | None:
    """Return a number that came as text or as a number; None where it is absent."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise invalid(f"invalid {name}: {value}") from error
    if isinstance(value, bool) or not number.is_finite():
        raise invalid(f"invalid {name}: {value}")
    return number


def word_of(name: str, value: object) -> str:
    """Return a word; empty where it is absent."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(f"invalid {name}: {value}")
    return value.strip()
