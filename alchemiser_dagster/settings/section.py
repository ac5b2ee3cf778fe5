"""What every section of the settings has in common."""

from __future__ import annotations

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


CanBeEmpty = BeforeValidator(_none_if_empty)


class Section(BaseModel):
    """A part of the settings: frozen, unknown keys are errors, no value is repeated in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
