"""Settings that the command line overrides, by dotted name."""

from __future__ import annotations

from collections.abc import Mapping

from alchemiser_dagster.settings.layers import Entry, Layer, Origin, Problem, RawValue
from alchemiser_dagster.settings.names import did_you_mean, nearest_setting, setting_fields

COMMAND_LINE = Origin("command line", "command line")


def read_overrides(overrides: Mapping[str, RawValue]) -> Layer:
    """Return the settings that the command line gives; an option that was not given is None."""
    given = {name: value for name, value in overrides.items() if value is not None}
    return Layer(
        tuple(Entry(name, value, COMMAND_LINE) for name, value in given.items() if name in setting_fields()),
        tuple(_unknown(name) for name in given if name not in setting_fields()),
    )


def _unknown(name: str) -> Problem:
    remedy = did_you_mean(nearest_setting(name), "`alchemiser config` lists every setting")
    return Problem(COMMAND_LINE.place, f"there is no setting {name}", remedy)
