"""Where Dagster keeps its runs: one persistent home, whoever starts it."""

from __future__ import annotations

import os
from pathlib import Path

INSTANCE_FILE = "dagster.yaml"
MINIMAL_INSTANCE = "telemetry:\n  enabled: false\n"


def set_dagster_home(data_dir: Path) -> Path:
    """Point DAGSTER_HOME at the present folder where it has a dagster.yaml, else at one in the data folder.

    A home that the person has chosen is left alone.
    """
    chosen = os.environ.get("DAGSTER_HOME")
    if chosen:
        return Path(chosen)
    home = Path.cwd() if Path(INSTANCE_FILE).is_file() else _own_home(data_dir)
    os.environ["DAGSTER_HOME"] = str(home.resolve())
    return home


def _own_home(data_dir: Path) -> Path:
    home = data_dir / "dagster_home"
    home.mkdir(parents=True, exist_ok=True)
    instance = home / INSTANCE_FILE
    if not instance.exists():
        instance.write_text(MINIMAL_INSTANCE)
    return home
