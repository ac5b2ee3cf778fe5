"""Try one mutation: a forked process in which the code is the mutated one, and the tests in a row.

What takes long to import, and is not under test, is imported before the fork.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import pytest
from mutation.sources import Mutation

HEAVY = ("exchange_calendars", "hypothesis", "pandas", "pydantic", "sqlalchemy", "structlog", "filelock")
PACKAGE = "alchemiser_dagster"
SCENES = "tests/risk/test_risk_guards_fire.py"
WELL = frozenset({pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED})
FAILED = re.compile(r"^(?:FAILED|ERROR) tests/[\w/]*?(\w+\.py(?:::.*?)?)(?: - .*)?$", re.MULTILINE)


def tried(
    made: Iterable[Mutation], root: Path, tests: tuple[str, ...], workers: int
) -> Iterator[tuple[str, str]]:
    """Yield the name of each mutation and the first test that notices it, or nothing where none does."""
    for name in HEAVY:
        import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        kept = Path(folder) / "kept"
        for name in (PACKAGE, "tests"):
            shutil.copytree(root / name, kept / name)
        shutil.copy2(root / "pyproject.toml", kept)
        with get_context("fork").Pool(workers, maxtasksperchild=1) as pool:
            yield from pool.imap(_try, ((kept, mutation, tests) for mutation in made), chunksize=1)


def _try(task: tuple[Path, Mutation, tuple[str, ...]]) -> tuple[str, str]:
    kept, mutation, tests = task
    with tempfile.TemporaryDirectory(prefix="mutated-", dir=kept.parent) as folder:
        tree = Path(folder)
        _overlay(kept, tree, mutation)
        os.chdir(tree)
        sys.dont_write_bytecode = True
        sys.path[:0] = [str(tree), str(tree / "tests")]
        first = [("-k", mutation.scene, SCENES)] if mutation.scene else []
        trials = [*first, *((test,) for test in tests)]
        return mutation.name, next((killer for trial in trials if (killer := _killer(trial))), "")


def _overlay(kept: Path, tree: Path, mutation: Mutation) -> None:
    """Fill a tree with links to everything that is kept, but for the mutated file."""
    changed = Path(mutation.file)
    here, there = tree, kept
    for part in (*changed.parent.parts, ""):
        here.mkdir(exist_ok=True)
        within = changed.relative_to(here.relative_to(tree)).parts[0]
        for entry in there.iterdir():
            if entry.name not in {within, "__pycache__"}:
                (here / entry.name).symlink_to(entry)
        here, there = here / part, there / part
    (tree / changed).write_text(mutation.text, encoding="utf-8")


def _killer(trial: tuple[str, ...]) -> str:
    said = io.StringIO()
    options = ["-x", "-q", "--tb=no", "--noconftest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main([*options, "--basetemp", "basetemp", *trial])
    if code in WELL:
        return ""
    found = FAILED.search(said.getvalue())
    return found[1] if found else f"{trial[-1]} ends with {code!r}"
