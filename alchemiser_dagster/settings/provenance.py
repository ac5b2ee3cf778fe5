"""Which settings are in force, and where each came from: what `alchemiser config` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, SecretStr

from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings.layers import Origin, RawValue
from alchemiser_dagster.settings.loading import load_with_origins
from alchemiser_dagster.settings.names import setting_fields
from alchemiser_dagster.settings.secrets import MASK
from alchemiser_dagster.settings.sections import StrategyChoice
from alchemiser_dagster.settings.tree import Settings

NOT_SET = "not set"


@dataclass(frozen=True)
class SettingInForce:
    """One setting: its value with secrets masked, its origin, and its meaning with unit, default and bounds.

    `origin` is "default", "default in MODE mode", the settings file's name, "environment NAME", ".env" or
    "command line"; `place` is the same with folder and line.
    """

    name: str
    value: str
    origin: str
    place: str
    description: str


def provenance(
    file: Path | None = None,
    overrides: Mapping[str, RawValue] | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[SettingInForce, ...]:
    """Return every setting in force, in the order of the tree; parameters and errors as `load_settings`."""
    loaded = load_with_origins(file, overrides, environment)
    return tuple(
        row for name, origin in loaded.origins.items() for row in _rows(loaded.settings, name, origin)
    )


def _rows(settings: Settings, name: str, origin: Origin) -> Iterator[SettingInForce]:
    if name == "strategies":
        for index, choice in enumerate(settings.strategies):
            yield from _strategy_rows(choice, index, origin)
        return
    yield SettingInForce(
        name=name,
        value=_value(settings, name),
        origin=origin.label,
        place=origin.place,
        description=str(setting_fields()[name].description),
    )


def _strategy_rows(choice: StrategyChoice, index: int, origin: Origin) -> Iterator[SettingInForce]:
    for name, field in StrategyChoice.model_fields.items():
        yield SettingInForce(
            name=f"strategies[{index}].{name}",
            value=_text(getattr(choice, name)),
            origin=origin.label,
            place=origin.place_of_item(index),
            description=str(field.description),
        )


def _value(settings: Settings, name: str) -> str:
    if name == "account" and settings.mode is Mode.LIVE:
        return MASK
    if name == "database_url" and settings.database_url is None:
        return settings.ledger_url
    if name == "notify.file" and settings.notices_file is not None:
        return str(settings.notices_file)
    value: object = settings
    for part in name.split("."):
        value = getattr(value, part) if isinstance(value, BaseModel) else value
    return _text(value)


def _text(value: object) -> str:
    match value:
        case None | ():
            return NOT_SET
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case SecretStr():
            return MASK
        case tuple():
            return ", ".join(_text(item) for item in value)
        case _:
            return str(value)
