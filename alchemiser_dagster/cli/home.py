"""Where Dagster keeps its runs: one persistent home, whoever starts it."""

from __future__ import annotations

import os
from pathlib import Path

from alchemiser_dagster.errors import ConfigurationError

INSTANCE_FILE = "dagster.yaml"
MINIMAL_INSTANCE = "telemetry:\n  enabled: false\n"


def set_dagster_home(data_dir: Path) -> Path:
    """Point DAGSTER_HOME at the present folder where it has a dagster.yaml, else at one in the data folder.

    A home that the person has chosen is left alone.

    Raises
    ------
    ConfigurationError
        If the home that was chosen is no folder, or is not an absolute path.
    """
    chosen = os.environ.get("DAGSTER_HOME")
    if chosen:
        return _usable(Path(chosen))
    home = Path.cwd() if Path(INSTANCE_FILE).is_file() else _own_home(data_dir)
    os.environ["DAGSTER_HOME"] = str(home.resolve())
    return home


def _usable(home: Path) -> Path:
    if not home.is_absolute() or not home.is_dir():
        raise ConfigurationError(
            f"{str(home)!r} is not the absolute path of a folder",
            where="environment variable DAGSTER_HOME",
            remedy="Name a folder that exists, or unset it to use the one in the data folder",
        )
    return home


def _own_home(data_dir: Path) -> Path:
    home = data_dir / "dagster_home"
    home.mkdir(parents=True, exist_ok=True)
    instance = home / INSTANCE_FILE
    if not instance.exists():
        instance.write_text(MINIMAL_INSTANCE)
    return home
