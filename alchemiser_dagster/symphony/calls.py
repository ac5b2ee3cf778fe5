"""Taking a form apart: a call and its arguments, each of the kind expected or an error at its place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from alchemiser_dagster.symphony.forms import Bracket, Form, Keyword, Literal, Name, Number, Text, describe
from alchemiser_dagster.symphony.source import MeaningError, Place


@dataclass(frozen=True, slots=True)
class Call:
    """A form in parentheses: the name of what is called, and its arguments."""

    name: Name
    arguments: tuple[Form, ...]
    place: Place

    def require(self, least: int, most: int, usage: str) -> None:
        """Raise `MeaningError` unless the number of arguments lies within the bounds."""
        if len(self.arguments) < least:
            raise MeaningError(f"{self.name.value} lacks something", self.place, remedy=f"Write {usage}")
        if len(self.arguments) > most:
            superfluous = self.arguments[most]
            raise MeaningError(
                f"{self.name.value} has no use for {describe(superfluous)}",
                superfluous.place,
                remedy=f"Write {usage}",
            )


def call(form: Form, expected: str) -> Call:
    """Return the form as a call; `expected` says in the error what should stand there."""
    match form:
        case Bracket(opening="(", items=(Name() as name, *arguments)):
            return Call(name, tuple(arguments), form.place)
        case Bracket(opening="(", items=(head, *_)):
            raise MeaningError(f"expected a name after the parenthesis, not {describe(head)}", head.place)
        case Bracket(opening="(", items=()):
            raise MeaningError(f"expected {expected}, not an empty form", form.place)
        case _:
            raise MeaningError(f"expected {expected}, not {describe(form)}", form.place)


def vector(form: Form) -> tuple[Form, ...]:
    """Return what stands in a vector; a single form that is no vector stands for a vector of one."""
    match form:
        case Bracket(opening="[", items=items):
            return items
        case _:
            return (form,)


def text(form: Form, expected: str) -> str:
    """Return a string's value."""
    if isinstance(form, Text):
        return form.value
    raise MeaningError(f"expected {expected} in double quotes, not {describe(form)}", form.place)


def label(form: Form) -> str | None:
    """Return a string's value, or None for nil."""
    if isinstance(form, Literal) and form.value is None:
        return None
    return text(form, "a label or nil")


def number(form: Form, expected: str) -> float:
    """Return a number's value."""
    if isinstance(form, Number):
        return form.value
    raise MeaningError(f"expected {expected}, not {describe(form)}", form.place)


def whole_number(form: Form, expected: str) -> int:
    """Return a number's value if it is whole."""
    value = number(form, expected)
    if not value.is_integer():
        raise MeaningError(f"expected {expected}, not {value:g}", form.place)
    return int(value)


def entries(form: Form, expected: str) -> dict[str, tuple[Keyword, Form]]:
    """Return a map's keys, each with its place and its value."""
    if not (isinstance(form, Bracket) and form.opening == "{"):
        raise MeaningError(f"expected {expected}, not {describe(form)}", form.place)
    found: dict[str, tuple[Keyword, Form]] = {}
    for position in range(0, len(form.items), 2):
        key = form.items[position]
        if not isinstance(key, Keyword):
            raise MeaningError(f"expected a key such as :window, not {describe(key)}", key.place)
        if position + 1 == len(form.items):
            raise MeaningError(f":{key.value} has no value", key.place)
        if key.value in found:
            raise MeaningError(f":{key.value} stands here twice", key.place)
        found[key.value] = (key, form.items[position + 1])
    return found


def unknown(kind: str, name: str, place: Place, known: Collection[str]) -> MeaningError:
    """Return the error for a name that isn't one of those known, with the nearest of them."""
    near = get_close_matches(name, known, n=1)
    remedy = f"Did you mean {near[0]}" if near else f"Known are: {', '.join(known)}"
    return MeaningError(f"there is no {kind} {name[:40]}", place, remedy=remedy + ("?" if near else ""))
