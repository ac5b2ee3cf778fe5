"""A sample of the sweep: `make sweep` kills the day at every point.

The sweep runs as a process of its own, because it forks.
"""

from __future__ import annotations

import os
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
        timeout=600,
    )
    return process.returncode, process.stdout + process.stderr


def test_a_day_killed_at_points_spread_over_it_ends_as_if_nothing_had_happened() -> None:
    #
    code, said = sweep("--points", "8", "--mistakes", "assumed-unsent")
    assert code == 0, said
    assert "points 8, not reached 0," in said
    assert "restarts 8, duplicates 0, lost 0, findings 0, mistakes noticed 1 of 1" in said
