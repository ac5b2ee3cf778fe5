"""The names of all settings, read off the tree, and the nearest one to a misspelt name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from alchemiser_dagster.settings.tree import NESTING, PREFIX, Settings

LIVE_CONFIRM = "ALCHEMISER_LIVE_CONFIRM"
SETTINGS_FILE = "ALCHEMISER_SETTINGS"


@cache
def setting_fields() -> dict[str, FieldInfo]:
    """Return each setting's field by its dotted name, in the order of the tree."""
    fields: dict[str, FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        section = _section_of(field)
        if section is None:
            fields[name] = field
        else:
            fields.update({f"{name}.{inner}": leaf for inner, leaf in section.model_fields.items()})
    return fields


@cache
def section_names() -> tuple[str, ...]:
    """Return the names of the tables that hold settings."""
    return tuple(name for name, field in Settings.model_fields.items() if _section_of(field) is not None)


def variable_name(setting: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + setting.replace(".", NESTING).upper()


@cache
def settings_by_variable() -> dict[str, str]:
    """Return the setting that each environment variable sets."""
    return {variable_name(name): name for name in setting_fields()}


def is_sensitive(setting: str) -> bool:
    """Return whether the setting's value may not be repeated in an error."""
    field = setting_fields()[setting]
    return not field.repr or SecretStr.__name__ in str(field.annotation)


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice that the name was probably meant to be, or None."""
    found = get_close_matches(name, list(choices), n=1, cutoff=0.6)
    return found[0] if found else None


def nearest_setting(name: str) -> str | None:
    """Return the setting or section that a dotted name was probably meant to be, or None.

    Within a section only the section's own names are near, or the very name in another section.
    """
    section, _, inner = name.partition(".")
    if inner and section in section_names():
        found = nearest(inner, inner_names(section))
        return f"{section}.{found}" if found else _inner_to_setting().get(inner)
    choices = _inner_to_setting() | {known: known for known in (*setting_fields(), *section_names())}
    found = nearest(name, choices)
    return choices[found] if found else None


def inner_names(section: str) -> tuple[str, ...]:
    """Return the names of the settings in a section."""
    return tuple(name.partition(".")[2] for name in setting_fields() if name.startswith(f"{section}."))


def did_you_mean(found: str | None, otherwise: str) -> str:
    """Return a remedy that offers what was found, or the other text where nothing was."""
    return f"Did you mean {found}?" if found else otherwise


def _inner_to_setting() -> dict[str, str]:
    return {name.partition(".")[2]: name for name in setting_fields() if "." in name}


def _section_of(field: FieldInfo) -> type[BaseModel] | None:
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
