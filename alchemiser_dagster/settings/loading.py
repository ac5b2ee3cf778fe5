"""Read the settings from everywhere they may stand, and say where each came from.

The order of precedence, highest first: command line, environment, `.env`, settings file, default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings.checks import find_account_problems, find_problems
from alchemiser_dagster.settings.choices import BarSourceName
from alchemiser_dagster.settings.command_line import read_overrides
from alchemiser_dagster.settings.layers import Entry, Layer, Origin, Problem, RawTable, RawValue
from alchemiser_dagster.settings.names import LIVE_CONFIRM, SETTINGS_FILE, section_names, setting_fields
from alchemiser_dagster.settings.problems import error_from, problems_of
from alchemiser_dagster.settings.toml_file import read_toml
from alchemiser_dagster.settings.tree import Settings
from alchemiser_dagster.settings.variables import (
    Variable,
    dotenv_variables,
    process_variables,
    read_variables,
)

FILE_NAME = "alchemiser.toml"
DEFAULT = Origin("default", "default")
ANCHORED = frozenset({"data_dir", "market_data.file"})


@dataclass(frozen=True)
class LoadedSettings:
    """The settings, and the origin of each by its dotted name."""

    settings: Settings
    origins: Mapping[str, Origin]


def load_settings(
    file: Path | None = None,
    overrides: Mapping[str, RawValue] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force.

    Parameters
    ----------
    file
        The settings file, or the folder that may hold an `alchemiser.toml`. Default: the file that
        ALCHEMISER_SETTINGS names, else the present folder. Relative paths in it, in the environment and in
        `.env` are relative to its folder, and `.env` is looked for there.
    overrides
        What the command line sets, by dotted name; None where an option was not given. Relative paths are
        relative to the present folder.
    environment
        Environment variables; default: those of the process.

    Raises
    ------
    ConfigurationError
        If anything can't be used: one error that lists every problem with its place and remedy.
    """
    return load_with_origins(file, overrides, environment).settings


def load_with_origins(
    file: Path | None = None,
    overrides: Mapping[str, RawValue] | None = None,
    environment: Mapping[str, str] | None = None,
) -> LoadedSettings:
    """Return the settings in force and where each came from; see `load_settings`."""
    read = _read(file, overrides, os.environ if environment is None else environment)
    settings = _well_formed(read)
    problems = [*read.problems, *find_problems(settings, read.entries, read.live_confirm)]
    if problems:
        raise error_from(problems)
    return LoadedSettings(settings, {name: entry.origin for name, entry in read.entries.items()})


def load_settings_of_books(
    file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings in force, whether or not a run could use them.

    Whoever stops trading needs the ledger and the account's name, and neither keys nor strategies.

    Raises
    ------
    ConfigurationError
        If they can't be read, or don't name the account in live mode.
    """
    read = _read(file, None, os.environ if environment is None else environment)
    settings = _well_formed(read)
    problems = [*read.problems, *find_account_problems(settings, read.entries)]
    if problems:
        raise error_from(problems)
    return settings


@dataclass(frozen=True)
class _Read:
    """What stands everywhere: the value in force of each setting, and what can't be read."""

    entries: Mapping[str, Entry]
    problems: Sequence[Problem]
    live_confirm: str | None


def _read(
    file: Path | None, overrides: Mapping[str, RawValue] | None, environment: Mapping[str, str]
) -> _Read:
    path = _settings_file(file, environment)
    folder = path.parent
    from_process, from_dotenv = process_variables(environment), dotenv_variables(folder / ".env")
    layers = (
        read_toml(path) if path.is_file() else Layer(),
        read_variables(from_dotenv),
        read_variables(from_process),
    )
    anchored = [entry for layer in layers for entry in _anchor(layer.entries, folder)]
    from_command_line = read_overrides(overrides or {})
    anchored += _anchor(from_command_line.entries, Path.cwd())
    problems = [problem for layer in (*layers, from_command_line) for problem in layer.problems]
    problems += _misplaced(from_dotenv, environment)
    in_force = _with_defaults({entry.name: entry for entry in anchored}, folder)
    confirm = {variable.name: variable.value for variable in (*from_dotenv, *from_process)}.get(LIVE_CONFIRM)
    return _Read(in_force, problems, confirm)


def _settings_file(file: Path | None, environment: Mapping[str, str]) -> Path:
    named = environment.get(SETTINGS_FILE)
    where = str(file)
    if file is None and named:
        file, where = Path(named).expanduser(), f"environment variable {SETTINGS_FILE}"
    path = (file or Path()).absolute()
    if path.is_dir():
        return path / FILE_NAME
    if path.is_file():
        return path
    raise ConfigurationError(
        f"there is no settings file {path}",
        where=where,
        remedy="Name a file that exists, or a folder that may hold an alchemiser.toml",
    )


def _misplaced(variables: Sequence[Variable], environment: Mapping[str, str]) -> list[Problem]:
    """Find a settings file named in `.env`, which is looked for only once the settings file is found."""
    return [
        Problem(
            variable.origin.place,
            f"{SETTINGS_FILE} has no effect here",
            "Set it in the environment of the process",
        )
        for variable in variables
        if variable.name == SETTINGS_FILE and SETTINGS_FILE not in environment
    ]


def _anchor(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    return [replace(entry, value=_anchored(entry.name, entry.value, folder)) for entry in entries]


def _anchored(name: str, value: RawValue, folder: Path) -> RawValue:
    if name == "strategies" and isinstance(value, list | tuple):
        return [_anchored_strategy(item, folder) for item in value]
    return _absolute(value, folder) if name in ANCHORED else value


def _anchored_strategy(item: RawValue, folder: Path) -> RawValue:
    if not isinstance(item, dict) or "file" not in item:
        return item
    return {**item, "file": _absolute(item["file"], folder)}


def _absolute(value: RawValue, folder: Path) -> RawValue:
    if not isinstance(value, str | Path) or value == "":
        return value
    return folder / Path(value).expanduser()


def _with_defaults(given: Mapping[str, Entry], folder: Path) -> dict[str, Entry]:
    """Return one entry for each setting, in the order of the tree; a default may depend on the mode."""
    in_force = {name: given.get(name) or Entry(name, None, DEFAULT) for name in setting_fields()}
    mode = str(in_force["mode"].value or Mode.SIMULATED)
    by_mode = Origin(f"default in {mode} mode", f"default in {mode} mode")
    derived: dict[str, Entry] = {"data_dir": Entry("data_dir", folder / ".alchemiser", DEFAULT)}
    if mode in {Mode.PAPER, Mode.LIVE}:
        source = Entry("market_data.source", BarSourceName.ALPACA, by_mode)
        derived |= {"market_data.source": source, "account": Entry("account", mode, by_mode)}
    return in_force | {name: entry for name, entry in derived.items() if name not in given}


def _well_formed(read: _Read) -> Settings:
    try:
        return Settings.model_validate(_nested(read.entries))
    except ValidationError as error:
        raise error_from([*read.problems, *problems_of(error, read.entries)]) from None


def _nested(in_force: Mapping[str, Entry]) -> RawTable:
    table: RawTable = {}
    sections: dict[str, RawTable] = {name: {} for name in section_names()}
    for name, entry in in_force.items():
        if entry.origin is DEFAULT and entry.value is None:
            continue
        section, _, inner = name.partition(".")
        target = sections[section] if inner else table
        target[inner or section] = entry.value
    return {**table, **sections}
