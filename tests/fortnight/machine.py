"""A person's machine: a folder, daemon and UI as real processes, and one clock for them all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import requests
from fortnight.faked_clock import FakedClock

PROJECT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 90.0
WORKSPACE = """load_from:
  - grpc_server:
      host: 127.0.0.1
      port: {port}
      location_name: alchemiser
"""


@dataclass
class Machine:
    """Where everything runs.

    Parameters
    ----------
    folder
        Its settings, its `dagster.yaml`, and all that it writes.
    broker
        Address of the look-alike, whose clock is wound along.
    """

    folder: Path
    clock: FakedClock
    broker: str
    environment: Mapping[str, str]
    ports: tuple[int, int]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def set_up(self, settings: str) -> None:
        """Write what a person has in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "alchemiser.toml").write_text(settings, encoding="utf-8")
        workspace = WORKSPACE.format(port=self.ports[0])
        (self.folder / "workspace.yaml").write_text(workspace, encoding="utf-8")
        shutil.copy(PROJECT / "dagster.yaml", self.folder / "dagster.yaml")

    def wind(self, to: datetime) -> None:
        """Set every clock at once."""
        self.clock.wind(to)
        told = {"now": self.clock.now().isoformat(), "runs": True}
        requests.post(f"{self.broker}/sim/clock", json=told, timeout=10).raise_for_status()

    def pass_to(self, instant: datetime) -> None:
        """Let time pass at once, unless it has passed already."""
        if self.clock.now() < instant:
            self.wind(instant)

    def start_code_server(self) -> None:
        """Start what holds the definitions and starts the processes of runs; a wound clock doesn't end it."""
        port = str(self.ports[0])
        self._start("code", "dagster", "api", "grpc", "-m", "alchemiser_dagster.definitions", "-p", port)
        until = time.monotonic() + PATIENCE_SECONDS
        while self._tool("dagster", "api", "grpc-health-check", "-p", port).returncode:
            if time.monotonic() > until:
                raise SystemExit("the code server did not start: see code.log")

    def start_daemon(self) -> None:
        """Start what launches runs."""
        self._start("daemon", "dagster-daemon", "run", "--workspace", "workspace.yaml")

    def start_webserver(self) -> None:
        """Start the UI's server."""
        self._start(
            "webserver", "dagster-webserver", "--workspace", "workspace.yaml", "--port", str(self.ports[1])
        )

    def stop(self, name: str, how: signal.Signals = signal.SIGINT) -> None:
        """End a process and its children; by default as a person would, with Ctrl-C."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        _signal(process, how)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait(PATIENCE_SECONDS)

    def sleep(self) -> None:
        """Stand still, as a machine whose lid is closed."""
        for process in self.processes.values():
            _signal(process, signal.SIGSTOP)

    def wake(self) -> None:
        """Go on."""
        for process in self.processes.values():
            _signal(process, signal.SIGCONT)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run an `alchemiser` command to its end."""
        return self._tool("alchemiser", *arguments)

    def click(self, job: str, tags: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Launch a job by the daemon's queue, as the UI does."""
        written = json.dumps(dict(tags))
        return self._tool("dagster", "job", "launch", "-w", "workspace.yaml", "-j", job, "--tags", written)

    def is_alive(self, name: str) -> bool:
        """Return whether the process still runs."""
        return name in self.processes and self.processes[name].poll() is None

    def close(self) -> None:
        """End everything."""
        self.wake()
        for name in list(self.processes):
            self.stop(name)

    @property
    def _environment(self) -> dict[str, str]:
        own = {"DAGSTER_HOME": str(self.folder), "PYTHONUNBUFFERED": "1"}
        return {**os.environ, **self.clock.environment, **self.environment, **own}

    def _tool(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command, or Dagster's
            [_tool(name), *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS * 4,
            check=False,
        )

    def _start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(  # noqa: S603 - its own commands
            [_tool(command[0]), *command[1:]],
            cwd=self.folder,
            env=self._environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _signal(process: subprocess.Popen[bytes], which: signal.Signals) -> None:
    """Reach the process and all that it has started."""
    try:
        os.killpg(process.pid, which)
    except ProcessLookupError:
        return
