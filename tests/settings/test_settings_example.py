from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from alchemiser_dagster.settings import Settings, load_settings
from alchemiser_dagster.settings.loading import FILE_NAME, LoadedSettings, load_with_origins
from alchemiser_dagster.settings.names import setting_fields

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "alchemiser.example.toml"
COMMENTED_SETTING = re.compile(r"^#(?=[a-z_]+ = |\[\[)", re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "alchemiser_dagster" / "strategies", tmp_path / "alchemiser_dagster/strategies")
    return tmp_path


def loaded(project: Path, text: str) -> LoadedSettings:
    (project / FILE_NAME).write_text(text)
    return load_with_origins(project, environment={})


def without_strategies(settings: Settings) -> Settings:
    return settings.model_copy(update={"strategies": ()})


def strategies_of(settings: Settings) -> list[tuple[str, Decimal, str]]:
    return [(choice.name, choice.weight, choice.file.read_text()) for choice in settings.strategies]


def test_the_example_loads_as_it_is_and_changes_nothing(project: Path) -> None:
    as_it_is = loaded(project, EXAMPLE.read_text())
    assert {origin.label for origin in as_it_is.origins.values()} == {"default"}


def test_the_example_names_every_setting(project: Path) -> None:
    uncommented = loaded(project, COMMENTED_SETTING.sub("", EXAMPLE.read_text()))
    named = {name for name, origin in uncommented.origins.items() if origin.label == FILE_NAME}
    assert named == set(setting_fields())


def test_the_values_of_the_example_are_the_defaults(project: Path) -> None:
    defaults = load_settings(project, environment={})
    uncommented = loaded(project, COMMENTED_SETTING.sub("", EXAMPLE.read_text())).settings
    assert without_strategies(uncommented) == without_strategies(defaults)
    assert strategies_of(uncommented) == strategies_of(defaults)


def test_every_setting_of_the_example_is_explained_above_it() -> None:
    paragraphs = EXAMPLE.read_text().split("\n\n")
    settings = [found for found in paragraphs if COMMENTED_SETTING.search(found)]
    unexplained = [found for found in settings if not found.startswith(("# ", "#[[strategies]]"))]
    assert settings
    assert not unexplained
