"""Settings from environment variables, of the process or of a `.env` file.

A variable is decoded as pydantic-settings does it, lists as JSON. That library ignores a name that it doesn't
know; here it is a problem, because a misspelt limit that is silently not in force costs money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.settings.layers import Entry, Layer, Origin, Problem, RawTable, RawValue
from alchemiser_dagster.settings.names import (
    LIVE_CONFIRM,
    SETTINGS_FILE,
    did_you_mean,
    nearest,
    nearest_setting,
    setting_fields,
    settings_by_variable,
    variable_name,
)
from alchemiser_dagster.settings.tree import NESTING, PREFIX, Settings

ALLOWED_BESIDES = frozenset({LIVE_CONFIRM, SETTINGS_FILE})
TABLES = {
    "strategies": '[{"file": "a.clj", "weight": "1"}]',
    "notify.channels": '[{"url": "mailto://...", "level": "error"}]',
}


@dataclass(frozen=True)
class Variable:
    """An environment variable and where it was set."""

    name: str
    value: str
    origin: Origin


class _OneVariable(EnvSettingsSource):
    """pydantic-settings' reading of one variable that is handed to it."""

    def __init__(self, variable: Variable) -> None:
        self._variable = variable
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {self._variable.name.lower(): self._variable.value}


def process_variables(environment: Mapping[str, str]) -> tuple[Variable, ...]:
    """Return the variables of the environment that are meant for this system."""
    return tuple(
        Variable(
            name.upper(), value, Origin(f"environment {name.upper()}", f"environment variable {name.upper()}")
        )
        for name, value in environment.items()
        if name.upper().startswith(PREFIX)
    )


def dotenv_variables(path: Path) -> tuple[Variable, ...]:
    """Return the variables of a `.env` file that are meant for this system; none where there is no file.

    Raises
    ------
    ConfigurationError
        If the file can't be read, or a line of it is no assignment.
    """
    if not path.is_file():
        return ()
    try:
        with path.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the file can't be read: {type(error).__name__}",
            where=str(path),
            remedy="Save it as UTF-8 text that you may read, or remove it",
        ) from None
    return tuple(_dotenv_variable(path, binding) for binding in bindings if _is_meant(path, binding))


def read_variables(variables: Iterable[Variable]) -> Layer:
    """Return the settings that the variables give."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for variable in variables:
        if variable.name in ALLOWED_BESIDES:
            continue
        setting = settings_by_variable().get(variable.name)
        if setting is None:
            problems.append(_unknown(variable))
            continue
        try:
            entries.append(Entry(setting, _decode(setting, variable), variable.origin))
        except SettingsError:
            problems.append(_not_a_list(setting, variable))
    return Layer(tuple(entries), tuple(problems))


def _decode(setting: str, variable: Variable) -> RawValue:
    value: RawTable = _OneVariable(variable)()
    section, _, inner = setting.partition(".")
    found = value[section]
    return found[inner] if inner and isinstance(found, dict) else found


def _unknown(variable: Variable) -> Problem:
    otherwise = f"A variable is {PREFIX}SECTION__NAME, such as {variable_name('portfolio.deployment')}"
    remedy = did_you_mean(_nearest_variable(variable.name), otherwise)
    return Problem(variable.origin.place, f"there is no setting {variable.name}", remedy)


def _nearest_variable(name: str) -> str | None:
    besides = {known.removeprefix(PREFIX): known for known in ALLOWED_BESIDES}
    if found := nearest(name.removeprefix(PREFIX), besides):
        return besides[found]
    setting = nearest_setting(name.removeprefix(PREFIX).replace(NESTING, ".").lower())
    return variable_name(setting) if setting in setting_fields() else None


def _not_a_list(setting: str, variable: Variable) -> Problem:
    example = TABLES.get(setting, '["a", "b"]')
    return Problem(variable.origin.place, f"{setting} is not a list in JSON", f"Write it as {example}")


def _is_meant(path: Path, binding: Binding) -> bool:
    if binding.error:
        raise ConfigurationError(
            "the line is no assignment",
            where=f"{path}:{_line_of(binding)}",
            remedy="Write NAME=value, or begin the line with #",
        )
    return binding.key is not None and binding.key.upper().startswith(PREFIX)


def _dotenv_variable(path: Path, binding: Binding) -> Variable:
    place = f"{path}:{_line_of(binding)}"
    return Variable(str(binding.key).upper(), binding.value or "", Origin(".env", place))


def _line_of(binding: Binding) -> int:
    """Return the line of the assignment itself: the parser counts the blank lines before it in."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
