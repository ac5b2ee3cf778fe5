"""A sample of the sweep: `make sweep` kills the day at every point.

The sweep runs as a process of its own, because it forks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent


def sweep(*options: str) -> tuple[int, str]:
    process = subprocess.run(  # noqa: S603 - the sweep itself
        [sys.executable, "-m", "sweep", *options],
        env={**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert process.returncode in {0, 1}, process.stderr
    return process.returncode, process.stdout + process.stderr


def number(name: str, said: str) -> int:
    found = re.search(rf"{name} (\d+)", said)
    assert found, said
    return int(found.group(1))


def test_a_day_killed_at_points_spread_over_it_ends_as_if_nothing_had_happened() -> None:
    #
    code, said = sweep("--points", "12")
    assert code == 0, said
    assert number("points", said.split("points\n")[1]) == number("restarts", said) == 12
    assert (number("duplicates", said), number("lost", said), number("findings", said)) == (0, 0, 0)


def test_a_mistake_that_doubles_an_order_after_a_crash_is_found() -> None:
    #
    code, said = sweep("--points", "3", "--only", "after write", "--mutation", "assumed-unsent")
    assert code == 0, said
    assert number("duplicates", said) > 0
