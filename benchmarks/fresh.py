"""Evaluates all symphonies in a folder, in a process that has done nothing else, and prints what it cost.

1. Everything is imported and the market made: neither counts as time.
2. The clock runs from reading the files through the weights of all sessions.
3. Memory is the process's peak, above its peak behind the imports; the market counts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from generator import market

from alchemiser_dagster.symphony import evaluate, load

STATUS = Path("/proc/self/status")


def main(folder: str, symbols: str, sessions: str) -> None:
    """Evaluate, and print seconds, seconds of reading, and megabytes as JSON."""
    before = peak_megabytes()
    closes = market(int(symbols), int(sessions))
    start = time.perf_counter()
    symphonies = [load(file) for file in sorted(Path(folder).glob("*.clj"))]
    read = time.perf_counter()
    weights = [evaluation.target_weights for evaluation in evaluate(symphonies, closes)]
    done = time.perf_counter()
    assert all(frame.notna().to_numpy().any() for frame in weights)
    costs = {"seconds": done - start, "reading": read - start, "megabytes": peak_megabytes() - before}
    print(json.dumps(costs))


def peak_megabytes() -> float:
    """Return the most memory that this process has had so far.

    Linux hands `ru_maxrss` on from the parent, so the kernel's own mark is taken where there is one.
    """
    if STATUS.exists():
        (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main(*sys.argv[1:])
