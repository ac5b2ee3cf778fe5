from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.parity_world import SESSIONS, ParityWorld, closes_of

from alchemiser_dagster.parity.as_json import verdicts_json
from alchemiser_dagster.parity.verdict import Verdict
from alchemiser_dagster.parity.wording import hindsight_text, summary, verdict_table, verdict_text
from alchemiser_dagster.symphony import parse

DAY = SESSIONS[10]
ABOVE = """(defsymphony "Above" {:rebalance-frequency :daily}
  (if (> (current-price "SPY") (moving-average-price "SPY" {:window 5}))
    [(asset "SPY" nil)] [(asset "TLT" nil)]))"""


@pytest.fixture
def world(tmp_path: Path) -> ParityWorld:
    world = ParityWorld.of(tmp_path, above=ABOVE)
    world.keep(closes_of({"SPY": np.full(10, 100.0), "TLT": np.full(10, 50.0)}))
    return world


def verdict(world: ParityWorld, spy: float, history: float = 100.0, code: str = "1.0+today") -> Verdict:
    """Decide on a price of 101, then keep an official close and another close of three sessions before."""
    (decision,) = replace(world, code=code).decide(world.bars(DAY, {"SPY": 101.0, "TLT": 50.0}))
    closes = closes_of({"SPY": np.full(11, 100.0), "TLT": np.full(11, 50.0)})
    closes.loc[pd.Timestamp(DAY), "SPY"] = spy
    closes.loc[pd.Timestamp(SESSIONS[7]), "SPY"] = history
    world.keep(closes)
    (found,) = world.verify([decision])
    return found


@pytest.mark.parametrize(
    ("spy", "history", "said"),
    [
        (101.0, 100.0, "same bars, same decision"),
        (100.495, 100.0, "provisional price (SPY, up to 0.5 %): same decision"),
        (98.98, 100.0, "provisional price (SPY, up to 2 %): 100 % moves: SPY, TLT"),
        (101.0, 102.0, "bars restated (SPY on 1 session, up to 2 %): same decision"),
        (101.0, 110.0, "bars restated (SPY on 1 session, up to 10 %): 100 % moves: SPY, TLT"),
    ],
)
def test_what_today_s_bars_do_is_said_in_one_line(
    world: ParityWorld, spy: float, history: float, said: str
) -> None:
    #
    found = verdict(world, spy, history)
    assert hindsight_text(found.hindsight) == said
    assert verdict_text(found) == "equal"


def test_both_causes_stand_side_by_side(world: ParityWorld) -> None:
    price, restated = hindsight_text(verdict(world, 100.495, 110.0).hindsight).split("; ")
    assert price == "provisional price (SPY, up to 0.5 %): same decision"
    assert restated == "bars restated (SPY on 1 session, up to 10 %): 100 % moves: SPY, TLT"


def test_code_that_changed_without_a_difference_is_said(world: ParityWorld) -> None:
    assert verdict_text(verdict(world, 101.0, code="1.0+before")) == "equal, though code changed"


def test_several_reasons_are_all_said_to_be_possible(world: ParityWorld) -> None:
    (decision,) = replace(world, code="1.0+before").decide(world.bars(DAY, {"SPY": 101.0, "TLT": 50.0}))
    turned = replace(world, symphonies={"above": parse(ABOVE.replace("> (c", "< (c"))})
    verdicts = turned.verify([decision])
    assert verdict_text(verdicts[0]) == "code changed or strategy changed: 100 % moves: SPY, TLT"
    assert summary(verdicts) == "0 of 1 decisions are equal in every bit"
    (row,) = verdict_table(verdicts).rows
    assert row[:3] == (str(DAY), "above", "yes")


def test_a_program_reads_all_of_it(world: ParityWorld) -> None:
    (found,) = json.loads(verdicts_json([verdict(world, 98.98)]))
    assert found["is_equal"]
    assert found["code_version"] == "1.0+today"
    assert found["hindsight"]["is_same"] is False
    (effect,) = found["hindsight"]["effects"]
    assert effect["cause"] == "provisional price"
    assert effect["closes"][0]["symbol"] == "SPY"
    assert effect["difference"]["distance"] == 1.0
