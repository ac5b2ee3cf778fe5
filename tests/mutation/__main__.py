"""`python -m mutation`: change the risk gate in every way that is known, and say which test notices."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from mutation.equivalent import EQUIVALENT
from mutation.gate import ONLY_POSTGRESQL, mutations
from mutation.sources import Mutation

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/risk/test_risk_order_guards.py",
    "tests/risk/test_risk_plan_and_account_guards.py",
    "tests/risk/test_risk_origins.py",
    "tests/risk/test_risk_gate.py",
    "tests/execution/test_execution_guards.py",
    "tests/risk/test_risk_guards_fire.py",
)
FAILED = re.compile(r"^(?:FAILED|ERROR) tests/[\w/]*?(\w+\.py(?:::[\w\[\]. -]+)?)", re.MULTILINE)
PATIENCE_SECONDS = 600


def main() -> int:
    """Make each mutation, print who noticed it, and return 0 where none was overlooked."""
    given = _arguments()
    made = [one for one in mutations(ROOT) if given.only in one.name]
    if given.list:
        sys.stdout.write("".join(f"{one.name}\n" for one in made))
        return 0
    overlooked = 0
    for mutation, killer in _tried(made, given.workers):
        excused = EQUIVALENT.get(mutation.name)
        overlooked += not killer and not excused
        told = killer or (f"nothing can: {excused}" if excused else "OVERLOOKED")
        sys.stdout.write(f"{mutation.name} → {told}\n")
        sys.stdout.flush()
    sys.stdout.write(f"not tried: {ONLY_POSTGRESQL}\n")
    equivalent = sum(one.name in EQUIVALENT for one in made)
    sys.stdout.write(f"{len(made)} mutations, {equivalent} of them change nothing, {overlooked} overlooked\n")
    return 1 if overlooked else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--only", default="", help="a part of the mutations' names")
    parser.add_argument("--workers", type=int, default=2, help="how many are tried at once")
    parser.add_argument("--list", action="store_true", help="name them, and try none")
    return parser.parse_args()


def _tried(made: Iterable[Mutation], workers: int) -> Iterator[tuple[Mutation, str]]:
    with _trees(workers) as trees, ThreadPoolExecutor(workers) as pool:

        def killer(mutation: Mutation) -> tuple[Mutation, str]:
            tree = trees.get()
            try:
                return mutation, _killer_of(mutation, tree)
            finally:
                trees.put(tree)

        yield from pool.map(killer, made)


@contextmanager
def _trees(workers: int) -> Iterator[SimpleQueue[Path]]:
    """Yield copies of the code and its tests, one for each worker."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            tree = Path(folder) / str(number)
            for name in ("alchemiser_dagster", "tests"):
                shutil.copytree(ROOT / name, tree / name)
            shutil.copy2(ROOT / "pyproject.toml", tree)
            trees.put(tree)
        yield trees


def _killer_of(mutation: Mutation, tree: Path) -> str:
    """Return the first test that fails in a tree with the mutation; nothing where none does."""
    file = tree / mutation.file
    right = file.read_text(encoding="utf-8")
    file.write_text(mutation.text, encoding="utf-8")
    try:
        return _first_failure(tree)
    finally:
        file.write_text(right, encoding="utf-8")


def _first_failure(tree: Path) -> str:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--tb=no",
        "--noconftest",
        "-p",
        "no:cacheprovider",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(  # noqa: S603 - the tests of this project
            [*command, *TESTS],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "the patience of the run"
    if ran.returncode == 0:
        return ""
    found = FAILED.search(ran.stdout)
    return found[1] if found else f"exit code {ran.returncode}"


if __name__ == "__main__":
    sys.exit(main())
