"""The rules of the house that no linter knows (R-16, R-47)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "alchemiser_dagster"
MIGRATIONS = PACKAGE / "ledger" / "migrations" / "versions"
MOST_LINES_PER_FILE = 300
MOST_LINES_PER_FUNCTION = 50
ONE_IDEA_NEEDS_MORE: dict[str, int] = {}
BROAD_EXCEPT_BOUNDARIES = {"cli/main.py", "notify/notifier.py"}
DAGSTER_ROOMS = ("assets/", "automation/", "definitions.py")
ALPACA_ROOMS = ("broker/alpaca", "market_data/alpaca")

FILES = sorted(PACKAGE.rglob("*.py"))


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=inside)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    #
    limit = ONE_IDEA_NEEDS_MORE.get(inside(path), MOST_LINES_PER_FILE)
    assert len(path.read_text().splitlines()) <= limit


@pytest.mark.parametrize("path", [path for path in FILES if path.parent != MIGRATIONS], ids=inside)
def test_a_function_has_at_most_50_lines(path: Path) -> None:
    #
    long = {
        function.name: length
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MOST_LINES_PER_FUNCTION
    }
    assert not long


@pytest.mark.parametrize("path", FILES, ids=inside)
def test_exceptions_are_caught_broadly_only_at_the_two_boundaries(path: Path) -> None:
    #
    broad = [
        handler.lineno
        for handler in ast.walk(tree(path))
        if isinstance(handler, ast.ExceptHandler)
        and (
            handler.type is None
            or (isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"})
        )
    ]
    assert not broad or inside(path) in BROAD_EXCEPT_BOUNDARIES


@pytest.mark.parametrize("path", FILES, ids=inside)
def test_only_the_skin_imports_dagster_and_nobody_its_internals(path: Path) -> None:
    modules = imported(path)
    assert not any(name.startswith("dagster._") for name in modules)
    uses_dagster = any(name.split(".")[0] == "dagster" for name in modules)
    assert not uses_dagster or inside(path).startswith(DAGSTER_ROOMS)


@pytest.mark.parametrize("path", FILES, ids=inside)
def test_only_the_adapters_import_alpaca(path: Path) -> None:
    uses_alpaca = any(name.split(".")[0] == "alpaca" for name in imported(path))
    assert not uses_alpaca or inside(path).startswith(ALPACA_ROOMS)


@pytest.mark.parametrize("path", FILES, ids=inside)
def test_the_domain_asks_no_global_for_the_time_or_an_identity(path: Path) -> None:
    #
    if inside(path) in {"clock.py", "ids.py"}:
        return
    calls = {
        node.func.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "uuid", "random", "time"}
    }
    assert not calls & {"now", "utcnow", "today", "uuid4", "time", "random", "choice", "monotonic"}
