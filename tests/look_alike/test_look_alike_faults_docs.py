"""The page on the look-alike names every kind of fault, and what it shows as an example can be used."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from alchemiser_dagster.broker.simulated.behaviour import QuoteFault, SymbolBehaviour
from alchemiser_dagster.look_alike.fault_file import read_fault_plan
from alchemiser_dagster.look_alike.fault_plan import AnyFault

PAGE = (Path(__file__).parents[2] / "docs" / "look_alike.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z ]+)` \| .* \| `(\{.*\})` \|$", PAGE, re.MULTILINE)
KINDS = {kind.model_fields["kind"].default for kind in get_args(AnyFault)}
CELLS = [
    cell for line in PAGE.splitlines() if line.startswith("|") for cell in re.findall(r"`(\{.*?\})`", line)
]
BEHAVIOURS = [cell for cell in CELLS if set(json.loads(cell)) <= set(SymbolBehaviour.model_fields)]


def test_every_kind_of_fault_has_a_row() -> None:
    assert {kind for kind, _ in ROWS} == KINDS


@pytest.mark.parametrize(("kind", "example"), ROWS)
def test_each_example_is_a_fault_of_its_kind(kind: str, example: str) -> None:
    plan = read_fault_plan(f'{{"faults": [{example}]}}', "docs")
    assert [fault.kind for fault in plan.faults] == [kind]


def test_the_plan_that_the_page_shows_can_be_used() -> None:
    shown = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert [len(read_fault_plan(text, "docs").faults) for text in shown] == [3]


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_each_behaviour_that_the_page_shows_can_be_used(behaviour: str) -> None:
    read_fault_plan(
        f'{{"faults": [{{"kind": "symbol", "symbols": ["SPY"], "behaviour": {behaviour}}}]}}', "docs"
    )


def test_every_fault_of_a_quote_is_named() -> None:
    assert len(BEHAVIOURS) >= 7
    assert all(f"`{fault}`" in PAGE or f'"{fault}"' in PAGE for fault in QuoteFault)
