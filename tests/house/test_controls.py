"""The table of controls: each names a setting, a ceiling and a test that are there; no guard lacks a row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from annotated_types import Le, Lt

from alchemiser_dagster.risk.account_guards import ACCOUNT_GUARDS
from alchemiser_dagster.risk.order_guards import ORDER_GUARDS
from alchemiser_dagster.risk.plan_guards import PLAN_GUARDS
from alchemiser_dagster.settings import ceilings
from alchemiser_dagster.settings.names import setting_fields
from alchemiser_dagster.settings.risk import RiskSettings

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "controls.md"
NOTHING = "–"
TEST = re.compile(r"^`(tests/[\w/]+\.py)::(test_\w+)(?:\[([\w-]+)\])?`$")
ASKED_FOR = (
    "exclusive control",
    "credit thresholds",
    "capital thresholds",
    "by price",
    "by size",
    "duplicative",
    "restricted list",
    "authorised systems and persons",
    "post-trade execution reports",
    "review of the controls, and its record",
)


@dataclass(frozen=True)
class Row:
    """A control, and its cells by the heads of their columns."""

    cells: Mapping[str, str]

    @property
    def name(self) -> str:
        return next(iter(self.cells.values()))

    def named(self, column: str) -> str | None:
        """Return what a cell names; None for nothing."""
        cell = self.cells.get(column, NOTHING)
        return None if cell == NOTHING else cell.strip("`")


def rows_of(text: str) -> Iterator[Row]:
    heads: list[str] | None = None
    for line in text.splitlines():
        if not line.startswith("|"):
            heads = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if heads is None:
            heads = cells
        elif not line.startswith("|---"):
            yield Row(dict(zip(heads, cells, strict=True)))


ROWS = tuple(rows_of(DOCUMENT.read_text(encoding="utf-8")))
each_row = pytest.mark.parametrize("row", ROWS, ids=[row.name[:60] for row in ROWS])


@cache
def functions_of(file: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


@each_row
def test_each_control_has_a_test_that_is_there(row: Row) -> None:
    #
    found = TEST.match(row.cells.get("Test", ""))
    assert found is not None, f"{row.name} has no test"
    file, test, case = found.groups()
    assert (ROOT / file).is_file(), file
    assert test in functions_of(file), f"{file} has no {test}"
    if case is not None:
        assert f'"{case}"' in (ROOT / file).read_text(encoding="utf-8"), f"{file} has no case {case}"


@each_row
def test_each_setting_is_there_and_its_ceiling_is_the_one_in_code(row: Row) -> None:
    #
    setting, told = row.named("Setting"), row.named("Ceiling")
    if setting is None:
        assert told is None, "a ceiling without a setting"
        return
    fields = setting_fields()
    assert setting in fields, f"there is no setting {setting}"
    section, _, name = setting.partition(".")
    bounds = [
        one.le if isinstance(one, Le) else one.lt
        for one in fields[setting].metadata
        if isinstance(one, Le | Lt)
    ]
    assert (None if told is None else Decimal(told)) == (Decimal(str(bounds[0])) if bounds else None)
    if section == "risk" and told is not None:
        assert Decimal(told) == getattr(ceilings, name.upper())


@pytest.mark.parametrize("registry", [ORDER_GUARDS, ACCOUNT_GUARDS, PLAN_GUARDS])
def test_every_guard_has_a_row_and_the_test_of_that_row_is_its_scene(registry: Mapping[str, object]) -> None:
    #
    rows = {guard: row for row in ROWS if (guard := row.named("Guard")) in registry}
    assert list(rows) == list(registry)
    for guard, row in rows.items():
        assert row.cells["Test"].endswith(f"[{guard}]`")


def test_no_row_names_a_guard_that_is_not_there() -> None:
    named = {guard for row in ROWS if (guard := row.named("Guard"))}
    assert named == {*ORDER_GUARDS, *ACCOUNT_GUARDS, *PLAN_GUARDS}


def test_every_limit_has_a_row() -> None:
    named = {row.named("Setting") for row in ROWS}
    assert {f"risk.{name}" for name in RiskSettings.model_fields} <= named


def test_every_point_of_the_market_access_rule_has_a_row() -> None:
    asked = [row.name for row in ROWS if "Rule 15c3-5 asks for" in row.cells]
    assert all(any(point in one for one in asked) for point in ASKED_FOR)


@pytest.mark.parametrize(
    "broken",
    [
        "| Control | Test |\n|---|---|\n| One | – |",
        "| Control | Test |\n|---|---|\n| One | `tests/house/test_controls.py::test_that_is_not_there` |",
        "| Control | Test |\n|---|---|\n| One | `tests/house/test_nowhere.py::test_one` |",
    ],
)
def test_a_control_without_a_test_is_noticed(broken: str) -> None:
    (row,) = rows_of(broken)
    with pytest.raises(AssertionError):
        test_each_control_has_a_test_that_is_there(row)
