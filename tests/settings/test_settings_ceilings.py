"""No setting goes above its ceiling, whoever writes it, and what is said of a ceiling is the ceiling."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from annotated_types import Le
from settings.settings_builders import message_of, write_project

from alchemiser_dagster.settings import ceilings, load_settings
from alchemiser_dagster.settings.risk import RiskSettings

CEILINGS: dict[str, Decimal | int] = {
    name.lower(): ceiling for name, ceiling in vars(ceilings).items() if name.isupper()
}
LAYERS = ("file", "dotenv", "environment", "command line")
ALONE = frozenset({"denied_symbols"})
"""A list has no ceiling: the longer it is, the less is traded."""


def set_in(layer: str, folder: Path, name: str, value: str) -> tuple[Path, dict[str, str], dict[str, str]]:
    """Write the value where the layer has it; return the file, the environment and the overrides."""
    file = write_project(folder, f"[risk]\n{name} = {value}\n" if layer == "file" else "")
    variable = f"ALCHEMISER_RISK__{name.upper()}"
    if layer == "dotenv":
        (folder / ".env").write_text(f"{variable}={value}\n")
    environment = {variable: value} if layer == "environment" else {}
    overrides = {f"risk.{name}": value} if layer == "command line" else {}
    return file, environment, overrides


def above(ceiling: Decimal | int) -> str:
    return str(ceiling + (1 if isinstance(ceiling, int) else Decimal("0.0000001")))


def test_every_limit_has_a_ceiling() -> None:
    #
    assert set(CEILINGS) == set(RiskSettings.model_fields) - ALONE


@pytest.mark.parametrize("name", CEILINGS)
def test_the_ceiling_in_force_is_the_one_in_code_and_the_one_that_is_told(name: str) -> None:
    #
    field, ceiling = RiskSettings.model_fields[name], CEILINGS[name]
    assert [bound.le for bound in field.metadata if isinstance(bound, Le)] == [ceiling]
    told = re.search(r"(?:at most|\d+ to) ([\d.]+?)\. Default: ([\d.]+)$", field.description or "")
    assert told is not None
    assert (Decimal(told[1]), Decimal(told[2])) == (ceiling, field.default)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", CEILINGS)
def test_no_setting_goes_above_its_ceiling_from_any_layer(name: str, layer: str, tmp_path: Path) -> None:
    #
    file, environment, overrides = set_in(layer, tmp_path, name, above(CEILINGS[name]))
    message = message_of(file, environment, overrides)
    bound = f"it must be less than or equal to {CEILINGS[name]}."
    assert f"risk.{name} is {above(CEILINGS[name])}; {bound}" in message.replace("'", "")


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", CEILINGS)
def test_a_setting_may_go_up_to_its_ceiling(name: str, layer: str, tmp_path: Path) -> None:
    file, environment, overrides = set_in(layer, tmp_path, name, str(CEILINGS[name]))
    settings = load_settings(file, overrides, environment)
    assert getattr(settings.risk, name) == CEILINGS[name]


def test_the_message_says_where_what_and_how_far_it_may_go(tmp_path: Path) -> None:
    #
    file, environment, overrides = set_in("file", tmp_path, "max_orders", "3001")
    assert message_of(file, environment, overrides) == (
        "PROJECT/alchemiser.toml:2: risk.max_orders is 3001; it must be less than or equal to 3000. "
        "Most orders that may be sent in one session: 1 to 3000. Default: 600"
    )


@pytest.mark.parametrize("value", ["inf", "nan", "-1", "1e9", "'many'", "true"])
def test_what_is_no_number_within_reach_is_no_limit(value: str, tmp_path: Path) -> None:
    file, environment, overrides = set_in("file", tmp_path, "max_turnover", value)
    assert "risk.max_turnover" in message_of(file, environment, overrides)
