"""Settings files for tests, and what went wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.settings import load_settings

STRATEGY = """
[[strategies]]
file = "strategies/steady.clj"
weight = 1
"""
KEYS = {
    "ALCHEMISER_ALPACA__KEY_ID": "PKTESTTESTTESTTEST01",
    "ALCHEMISER_ALPACA__SECRET_KEY": "s3cr3t-of-alpaca",
}


def write_project(folder: Path, toml: str = "", *, strategies: str = STRATEGY) -> Path:
    """Write a settings file beside one strategy, and return the file."""
    (folder / "strategies").mkdir(exist_ok=True)
    (folder / "strategies" / "steady.clj").write_text('(defsymphony "Steady" {} (asset "BIL"))')
    file = folder / "alchemiser.toml"
    file.write_text(toml + strategies)
    return file


def message_of(
    file: Path,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> str:
    """Return the error that the settings give, with the folder written as PROJECT."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings(file, overrides, environment or {})
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, OSError | UnicodeDecodeError)
    folder = file if file.is_dir() else file.parent
    return str(caught.value).replace(str(folder), "PROJECT")
