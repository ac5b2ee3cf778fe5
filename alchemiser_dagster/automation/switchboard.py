"""Switch the schedules on and off, in the Dagster instance of this folder and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from alchemiser_dagster.automation.schedules import SCHEDULES
from alchemiser_dagster.errors import BusyError, ConfigurationError

MODULE = "alchemiser_dagster.definitions"
SCHEDULER = "SCHEDULER"
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Heart:
    """The part of the daemon that makes schedules tick; `last_beat` is None where it was never seen."""

    is_alive: bool
    last_beat: datetime | None


@dataclass(frozen=True)
class Switchboard:
    """The switches of one Dagster instance.

    Parameters
    ----------
    folder
        Where the daemon is started: it says by which name Dagster knows the schedules.
    """

    instance: dg.DagsterInstance
    folder: Path

    @property
    def switched_on(self) -> frozenset[str]:
        """The names of the schedules that are on."""
        states = self.instance.all_instigator_state()
        return frozenset(
            state.instigator_name
            for state in states
            if state.instigator_name in SCHEDULES and state.is_running
        )

    @property
    def heart(self) -> Heart:
        """Whether schedules can tick now."""
        status = self.instance.get_daemon_statuses().get(SCHEDULER)
        beat = status.last_heartbeat if status else None
        seen = datetime.fromtimestamp(beat.timestamp, UTC) if beat else None
        return Heart(bool(status and status.healthy), seen)

    @property
    def start_command(self) -> str:
        """What a person types to start a daemon that knows these switches."""
        words = " ".join(("dagster dev", *location_of(self.folder)))
        return f"DAGSTER_HOME={self.instance.root_directory} {words}"

    def switch_off(self) -> None:
        """Switch every schedule off, also where the code that they launch can't be read."""
        for state in self.instance.all_instigator_state():
            if state.instigator_name in SCHEDULES and state.is_running:
                self.instance.stop_schedule(state.instigator_origin_id, state.selector_id)

    def switch_on(self, settings_file: Path | None) -> None:
        """Switch every schedule on, as Dagster's own command does.

        Raises
        ------
        ConfigurationError
            If Dagster can't read the schedules.
        BusyError
            If it does not answer within two minutes.
        """
        chosen = {"ALCHEMISER_SETTINGS": str(settings_file.resolve())} if settings_file else {}
        if _start_all(self.folder, chosen):
            raise ConfigurationError(
                "Dagster could not switch the schedules on",
                where="dagster schedule start",
                remedy="Run `alchemiser doctor`, and `dagster definitions validate` for Dagster's own words",
            )


def _start_all(folder: Path, chosen: Mapping[str, str]) -> int:
    """Run Dagster's own command in the folder, and return its exit code."""
    command = [sys.executable, "-m", "dagster", "schedule", "start", "--start-all", *location_of(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, with words of our own
            command,
            cwd=folder,
            env={**os.environ, **chosen},
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BusyError(
            f"Dagster did not answer within {PATIENCE_SECONDS} seconds",
            where="dagster schedule start",
            remedy="Nothing is known of the schedules; look with `alchemiser schedule status`",
        ) from error
    return done.returncode


def location_of(folder: Path) -> tuple[str, ...]:
    """Return what Dagster's commands must be told about where the definitions are; nothing where it knows."""
    if (folder / "workspace.yaml").is_file() or _names_definitions(folder / "pyproject.toml"):
        return ()
    return ("-m", MODULE)


def _names_definitions(pyproject: Path) -> bool:
    if not pyproject.is_file():
        return False
    try:
        return "dagster" in tomllib.loads(pyproject.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
