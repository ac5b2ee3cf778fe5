"""A sample of the recoveries that are killed; `make sweep` kills each wherever something leaves it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent


def test_a_recovery_killed_at_points_spread_over_it_ends_as_if_nothing_had_happened() -> None:
    #
    process = subprocess.run(
        [sys.executable, "-m", "recovery_sweep", "--days", "1", "--points", "4"],
        env={**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "recoveries killed 4, findings 0" in process.stdout
