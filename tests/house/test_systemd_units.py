"""The units that are shipped for systemd: read, checked by systemd itself where it is there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest

from alchemiser_dagster.cli.main import alchemiser
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings.watch import WatchSettings

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
KEPT_ALIVE = ["alchemiser-daemon.service", "alchemiser-webserver.service"]
HARDENED = ["NoNewPrivileges", "LockPersonality", "RestrictRealtime", "RestrictSUIDSGID"]
ANALYZE = shutil.which("systemd-analyze")
CALENDAR = TradingCalendar()
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd here")


def read(unit: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text())
    return parser


def command(unit: Path) -> list[str]:
    return shlex.split(read(unit)["Service"]["ExecStart"])


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "TZ": "UTC", "LC_ALL": "C"}
    assert ANALYZE is not None
    words = [ANALYZE, *arguments]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603


def test_the_units_are_there() -> None:
    assert [unit.name for unit in UNITS] == [
        "alchemiser-daemon.service",
        "alchemiser-watch.service",
        "alchemiser-watch.timer",
        "alchemiser-webserver.service",
    ]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_each_service_calls_a_command_that_is_there_and_lives_in_the_persons_home(unit: Path) -> None:
    service, words = read(unit)["Service"], command(unit)
    program = Path(words[0]).name
    assert words[0] == f"%h/alchemiser/.venv/bin/{program}"
    assert shutil.which(program, path=str(ROOT / ".venv" / "bin") + os.pathsep + os.environ["PATH"])
    assert service["WorkingDirectory"] == "%h/alchemiser"
    assert service["EnvironmentFile"].startswith("-%h/")
    assert all(service[name] == "yes" for name in HARDENED)
    assert "/home/" not in unit.read_text()
    assert "/root" not in unit.read_text()


def test_the_watch_calls_an_option_that_there_is() -> None:
    _, name, option = command(ROOT / "deploy/systemd/alchemiser-watch.service")
    doctor = alchemiser.get_command(click.Context(alchemiser), name)
    assert doctor is not None
    assert option in {text for parameter in doctor.params for text in parameter.opts}


@pytest.mark.parametrize("name", KEPT_ALIVE)
def test_what_has_to_live_is_started_again_in_the_home_of_dagster(name: str) -> None:
    unit = ROOT / "deploy" / "systemd" / name
    service, words = read(unit)["Service"], command(unit)
    assert service["Restart"] == "on-failure"
    assert service["Environment"] == "DAGSTER_HOME=%h/alchemiser"
    assert words[words.index("--workspace") + 1] == "%h/alchemiser/workspace.yaml"
    assert (ROOT / "workspace.yaml").is_file()


def test_nobody_but_this_machine_sees_the_ui() -> None:
    words = command(ROOT / "deploy/systemd/alchemiser-webserver.service")
    assert words[words.index("--host") + 1] == "127.0.0.1"


@needs_systemd
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("%h", str(tmp_path))
        (tmp_path / unit.name).write_text(text)
        if unit in SERVICES:
            program = Path(shlex.split(text.partition("ExecStart=")[2].splitlines()[0])[0])
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text("#!/bin/sh\n")
            program.chmod(0o755)
    units = [str(tmp_path / unit.name) for unit in UNITS]
    checked = analyze("verify", "--user", "--man=no", *units, folder=tmp_path)
    if "Failed to initialize manager" in checked.stderr:
        pytest.skip("systemd can't check units here")
    assert (checked.returncode, checked.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize(
    "session",
    [
        date(2024, 11, 27),  # a full day
        date(2024, 11, 29),  # an early close
        date(2024, 3, 11),  # the first session of summer time
        date(2024, 11, 4),  # the first of winter time
    ],
)
def test_the_timer_goes_the_round_soon_after_a_result_is_due(session: date, tmp_path: Path) -> None:
    timer = read(ROOT / "deploy/systemd/alchemiser-watch.timer")["Timer"]
    due = CALENDAR.close_of(session) + timedelta(minutes=WatchSettings().result_minutes)
    base = f"{due:%Y-%m-%d %H:%M:%S} UTC"
    shown = analyze("calendar", f"--base-time={base}", timer["OnCalendar"], folder=tmp_path)
    found = re.search(r"Next elapse: \w+ ([\d-]+ [\d:]+) UTC", shown.stdout)
    assert found is not None, shown.stderr
    elapses = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    assert timedelta() < elapses - due <= timedelta(minutes=5)
