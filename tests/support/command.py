"""The `alchemiser` command as a person runs it: in this process, or as a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from alchemiser_dagster.cli.main import main

EXECUTABLE = Path(sys.executable).parent / "alchemiser"
MORTAL = Path(__file__).parent / "mortal_command.py"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one: a run syncs often
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Shown:
    """What a command left on the terminal, and its exit code."""

    exit_code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of the output, without the spaces that only align."""
        return [" ".join(line.split()) for line in self.out.splitlines() if line.strip()]


@contextmanager
def working_folder() -> Iterator[Path]:
    """Yield an empty folder on the fastest disk there is."""
    where = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="alchemiser-test-", dir=where) as folder:
        yield Path(folder)


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without a word for or about alchemiser and Dagster, and with some more."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("ALCHEMISER", "DAGSTER"))}
    return {**kept, "COLUMNS": "120", **more}


def alchemiser(folder: Path, *arguments: str, **environment: str) -> Shown:
    """Run the command in this process, within the folder."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["alchemiser", *arguments])
        with _environment(clean_environment(**environment)), pytest.raises(SystemExit) as exited:
            main()
    code = exited.value.code
    assert isinstance(code, int)
    return Shown(code, out.getvalue(), err.getvalue())


def begin(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Begin the installed command as a process of its own, within the folder."""
    return _process([str(EXECUTABLE), *arguments], folder, clean_environment(**environment))


def end(process: subprocess.Popen[str]) -> Shown:
    """Wait for the process and return what it left."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return Shown(process.returncode, out, err)


def run_mortally(folder: Path, death: str, *arguments: str, **environment: str) -> Shown:
    """Run the command as a process that kills itself: `before:4` is just before its fourth order is sent."""
    command = [sys.executable, "-P", str(MORTAL), death, *arguments]
    return end(_process(command, folder, clean_environment(**environment)))


def _process(command: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - the command under test
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
