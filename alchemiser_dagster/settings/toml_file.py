"""The settings file: TOML, read with exact decimals, every value with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.settings.layers import Entry, Layer, Origin, Problem, RawTable, RawValue
from alchemiser_dagster.settings.names import (
    did_you_mean,
    inner_names,
    nearest_setting,
    section_names,
    setting_fields,
)
from alchemiser_dagster.settings.text_file import read_text

HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=")
SYNTAX_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


def read_toml(path: Path) -> Layer:
    """Return the settings in the file.

    Raises
    ------
    ConfigurationError
        If the file can't be read or is not TOML, with line and column.
    """
    text = read_text(path, "the settings file", "TOML")
    table = _parse(path, text)
    lines = _lines_of_keys(text)
    items = tuple(f"{path}:{number}" for number in _lines_of_array(text, "strategies"))
    entries: list[Entry] = []
    problems: list[Problem] = []
    for name, value in _flatten(table):
        place = f"{path}:{_line_of(name, lines)}"
        if name in setting_fields():
            origin = Origin(path.name, place, items if name == "strategies" else ())
            entries.append(Entry(name, value, origin))
        else:
            problems.append(_unknown(name, place))
    return Layer(tuple(entries), tuple(problems))


def _parse(path: Path, text: str) -> RawTable:
    try:
        table: RawTable = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = SYNTAX_POSITION.match(str(error))
        what = found[1] if found else str(error)
        line, column = (found[2], found[3]) if found and found[2] else _end_of(text)
        raise ConfigurationError(
            f"the settings file is not valid TOML: {what[:1].lower()}{what[1:]}",
            where=f"{path}:{line}:{column}",
            remedy=f"Correct line {line}",
        ) from None
    return table


def _end_of(text: str) -> tuple[str, str]:
    lines = text.splitlines() or [""]
    return str(len(lines)), str(len(lines[-1]) + 1)


def _flatten(table: RawTable) -> Iterator[tuple[str, RawValue]]:
    for name, value in table.items():
        if name in section_names() and isinstance(value, dict):
            yield from ((f"{name}.{inner}", leaf) for inner, leaf in value.items())
        else:
            yield name, value


def _unknown(name: str, place: str) -> Problem:
    if name in section_names():
        return Problem(
            place, f"{name} is not a table", f"Write [{name}] on a line of its own above its settings"
        )
    section = name.partition(".")[0]
    inside = inner_names(section) if "." in name else ()
    otherwise = (
        f"The settings of [{section}] are {', '.join(inside)}"
        if inside
        else "`alchemiser config` lists every setting"
    )
    return Problem(place, f"there is no setting {name}", did_you_mean(nearest_setting(name), otherwise))


def _lines_of_keys(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            section = f"{_plain(header[1])}."
            lines.setdefault(section.removesuffix("."), number)
        elif assignment := ASSIGNMENT.match(line):
            lines.setdefault(section + _plain(assignment[1]), number)
    return lines


def _lines_of_array(text: str, name: str) -> list[int]:
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.lstrip().startswith("[[") and (header := HEADER.match(line)) and _plain(header[1]) == name
    ]


def _plain(key: str) -> str:
    return re.sub(r"[\s\"']", "", key)


def _line_of(name: str, lines: dict[str, int]) -> int:
    return lines.get(name) or lines.get(name.partition(".")[0]) or 1
