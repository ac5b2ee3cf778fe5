"""How time and memory are taken: medians of several runs; what is cold, each time in a new process."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Measured:
    """What several runs measured, all in one unit."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.runs)


def seconds_of(action: Callable[[], object]) -> float:
    """Return how long an action takes, garbage of earlier ones cleared away before."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def warm(action: Callable[[], object], runs: int) -> Measured:
    """Measure the second and later runs of an action in this process."""
    return warm_in_turns([action], runs)[0]


def warm_in_turns(actions: Sequence[Callable[[], object]], runs: int) -> list[Measured]:
    """Measure several actions in turns, so that whatever else the machine does meets all of them."""
    for action in actions:
        action()
    rounds = [[seconds_of(action) for action in actions] for _ in range(runs)]
    return [Measured(column) for column in zip(*rounds, strict=True)]


def cold(script: str, arguments: Sequence[object], runs: int) -> dict[str, Measured]:
    """Measure what a script prints as JSON, each run in a new process: one list of values for each key."""
    answers = [in_new_process(script, arguments) for _ in range(runs)]
    return {key: Measured(tuple(float(answer[key]) for answer in answers)) for key in answers[0]}


def in_new_process(
    script: str, arguments: Sequence[object], python: str = sys.executable, **environment: str
) -> dict[str, object]:
    """Run a script of this folder and return the JSON that it prints last.

    Raises
    ------
    RuntimeError
        With what it printed, if it failed.
    """
    paths = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(  # noqa: S603 - a script of this folder
        [python, str(HERE / script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
