"""From what is wrong with the settings to one error that says all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.settings.layers import Entry, Problem
from alchemiser_dagster.settings.names import did_you_mean, is_sensitive, nearest, setting_fields
from alchemiser_dagster.settings.notify import ChannelSettings
from alchemiser_dagster.settings.secrets import mask
from alchemiser_dagster.settings.sections import StrategyChoice


@dataclass(frozen=True)
class _Item:
    """What a list of tables holds, and the settings of each."""

    name: str
    fields: Mapping[str, FieldInfo]


ITEMS = {
    "strategies": _Item("A strategy", StrategyChoice.model_fields),
    "notify.channels": _Item("A channel", ChannelSettings.model_fields),
}
LONGEST_VALUE = 80
RULES = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "date_from_datetime_parsing": "a date, such as 2024-11-29",
    "date_type": "a date, such as 2024-11-29",
    "decimal_parsing": "a number",
    "decimal_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "model_type": "a table",
    "path_type": "a path",
    "string_type": "a text",
    "tuple_type": "a list",
}
QUOTED = re.compile(r"'([^']*)'")


def error_from(problems: Sequence[Problem]) -> ConfigurationError:
    """Return one error that lists the problems, of which there is at least one."""
    if len(problems) == 1:
        only = problems[0]
        return ConfigurationError(only.what, where=only.place, remedy=only.remedy)
    lines = "".join(f"\n  {problem}" for problem in problems)
    return ConfigurationError(f"{len(problems)} things are wrong with the settings:{lines}")


def problems_of(error: ValidationError, entries: Mapping[str, Entry]) -> tuple[Problem, ...]:
    """Return what pydantic found, in the words of the settings and with the place of each value."""
    return tuple(_problem(details, entries) for details in error.errors(include_url=False))


def shown(value: object) -> str:
    """Return a value as a person writes it in TOML; a text that is no path is cut at 80 characters.

    A password in a URL is masked, wherever it was written by mistake (R-17).
    """
    match value:
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return str(value)
        case list() | tuple() | dict():
            return "a list or table"
        case Path():
            return repr(str(value))
    text = repr(mask(str(value), ()))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _problem(details: ErrorDetails, entries: Mapping[str, Entry]) -> Problem:
    setting, rest = _split(details["loc"])
    name = setting + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
    place = _place(entries[setting], rest)
    match details["type"]:
        case "extra_forbidden":
            item = ITEMS[setting]
            known = list(item.fields)
            remedy = did_you_mean(nearest(str(rest[-1]), known), f"{item.name} has {' and '.join(known)}")
            return Problem(place, f"there is no setting {name}", remedy)
        case "missing":
            return Problem(place, f"{name} is missing", _description(setting, rest))
    value = "can't be used" if is_sensitive(setting) else f"is {shown(details['input'])}"
    return Problem(place, f"{name} {value}; {_rule(details)}", _remedy(details, setting, rest))


def _split(location: tuple[int | str, ...]) -> tuple[str, tuple[int | str, ...]]:
    dotted = ".".join(str(part) for part in location[:2])
    if dotted in setting_fields():
        return dotted, location[2:]
    return str(location[0]), location[1:]


def _place(entry: Entry, rest: tuple[int | str, ...]) -> str:
    if rest and isinstance(rest[0], int):
        return entry.origin.place_of_item(rest[0])
    return entry.origin.place


def _rule(details: ErrorDetails) -> str:
    if details["type"] in RULES:
        return f"it must be {RULES[details['type']]}"
    message = details["msg"]
    for before, after in (
        ("Value error, ", "it "),
        ("Input should be", "it must be"),
        ("String should", "it must"),
    ):
        if message.startswith(before):
            return after + message.removeprefix(before)
    return f"it can't be read: {message[:1].lower()}{message[1:]}"


def _remedy(details: ErrorDetails, setting: str, rest: tuple[int | str, ...]) -> str:
    description = _description(setting, rest)
    if details["type"] not in {"enum", "literal_error"}:
        return description
    choices = QUOTED.findall(details["msg"])
    return did_you_mean(nearest(str(details["input"]).lower(), choices), description)


def _description(setting: str, rest: tuple[int | str, ...]) -> str:
    fields = ITEMS[setting].fields if setting in ITEMS else {}
    field = fields[str(rest[-1])] if rest and rest[-1] in fields else setting_fields()[setting]
    return str(field.description)
