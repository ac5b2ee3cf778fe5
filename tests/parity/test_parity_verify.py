from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from deltalake import DeltaTable
from support.parity_world import SESSIONS, ParityWorld, closes_of

from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.verdict import Reason, Verdict
from alchemiser_dagster.records.market import PriceBasis
from alchemiser_dagster.symphony import parse
from alchemiser_dagster.symphony.engine import indicators

DAY = SESSIONS[29]
SWITCH = """(defsymphony "Switch" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:window 10}) 50) [(asset "SPY" nil)] [(asset "TLT" nil)]))"""
HOLD = '(defsymphony "Hold" {:rebalance-frequency :monthly} (weight-equal [(asset "SPY") (asset "TLT")]))'
WALK = np.exp(np.random.default_rng(5).normal(0, 0.01, (30, 2)).cumsum(axis=0)) * (500.0, 90.0)


@pytest.fixture
def world(tmp_path: Path) -> ParityWorld:
    world = ParityWorld.of(tmp_path, switch=SWITCH, hold=HOLD)
    world.keep(history())
    return world


def history() -> pd.DataFrame:
    return closes_of({"SPY": WALK[:, 0], "TLT": WALK[:, 1]})


def by_name(verdicts: tuple[Verdict, ...]) -> dict[str, Verdict]:
    return {verdict.kept.signal.strategy: verdict for verdict in verdicts}


def reasons(world: ParityWorld, decisions: tuple[KeptDecision, ...]) -> dict[str, tuple[Reason, ...]]:
    return {name: found.reasons for name, found in by_name(world.verify(decisions)).items()}


def edited(world: ParityWorld, old: str, new: str) -> ParityWorld:
    return replace(world, symphonies={**world.symphonies, "switch": parse(SWITCH.replace(old, new))})


def test_an_untouched_decision_is_equal_and_today_s_bars_say_the_same(world: ParityWorld) -> None:
    #
    for verdict in world.verify(world.decide(world.bars(DAY))):
        assert verdict.is_equal
        assert verdict.changed_since == ()
        assert verdict.hindsight is not None
        assert verdict.hindsight.is_same
        assert verdict.hindsight.effects == ()


def test_a_changed_strategy_is_the_reason_and_its_difference_is_measured(world: ParityWorld) -> None:
    #
    decisions = world.decide(world.bars(DAY))
    turned = edited(world, "> (rsi", "<= (rsi")
    found = by_name(turned.verify(decisions))
    assert found["hold"].is_equal
    assert found["switch"].reasons == (Reason.STRATEGY_CHANGED,)
    difference = found["switch"].difference
    assert difference is not None
    assert difference.distance == 1.0
    assert difference.symbols == ("SPY", "TLT")
    assert "target weights" in difference.fields


def test_a_changed_strategy_that_decides_the_same_is_equal_and_said_to_be_changed(world: ParityWorld) -> None:
    decisions = world.decide(world.bars(DAY))
    found = by_name(edited(world, " 50)", " 50.0001)").verify(decisions))["switch"]
    assert found.is_equal
    assert found.changed_since == (Reason.STRATEGY_CHANGED,)


def test_another_layout_or_name_is_no_change_of_a_strategy(world: ParityWorld) -> None:
    decisions = world.decide(world.bars(DAY))
    found = by_name(edited(world, '"Switch"', '"Renamed"').verify(decisions))["switch"]
    assert found.is_equal
    assert found.changed_since == ()


def test_a_strategy_that_now_reads_more_than_was_kept_is_not_computed_on_less(world: ParityWorld) -> None:
    decisions = world.decide(world.bars(DAY))
    found = by_name(edited(world, 'rsi "SPY"', 'rsi "QQQ"').verify(decisions))["switch"]
    assert found.reasons == (Reason.STRATEGY_CHANGED,)
    assert "QQQ" in found.detail
    assert found.difference is None
    assert found.hindsight is None


def test_a_strategy_that_is_no_longer_chosen_is_gone(world: ParityWorld) -> None:
    decisions = world.decide(world.bars(DAY))
    left = replace(world, symphonies={"hold": world.symphonies["hold"]})
    assert reasons(left, decisions) == {"switch": (Reason.STRATEGY_GONE,), "hold": ()}


@pytest.mark.parametrize(
    ("made_by", "strategy", "expected"),
    [
        ("1.0+today", SWITCH, (Reason.UNEXPLAINED,)),
        ("1.0+before", SWITCH, (Reason.CODE_CHANGED,)),
        ("", SWITCH, (Reason.CODE_NOT_KNOWN,)),
        ("1.0+before", SWITCH.replace(" 10}", " 11}"), (Reason.CODE_CHANGED, Reason.STRATEGY_CHANGED)),
    ],
)
def test_an_engine_that_computes_differently_is_found_out(
    world: ParityWorld,
    monkeypatch: pytest.MonkeyPatch,
    made_by: str,
    strategy: str,
    expected: tuple[Reason, ...],
) -> None:
    # without a change of code or strategy nothing explains it
    decisions = replace(world, code=made_by).decide(world.bars(DAY))
    monkeypatch.setattr(indicators, "relative_strength", lambda gain, loss: 100.0 * (loss / (gain + loss)))
    now = replace(world, symphonies={**world.symphonies, "switch": parse(strategy)})
    found = by_name(now.verify(decisions))
    assert found["switch"].reasons == expected
    assert found["hold"].is_equal


def test_one_bit_of_one_weight_is_a_difference(world: ParityWorld) -> None:
    # equal means equal in every bit
    kept = world.decide(world.bars(DAY))[1]
    weight = kept.signal.held_weights[0]
    nudged = weight.model_copy(update={"weight": float(np.nextafter(weight.weight, 1))})
    signal = kept.signal.model_copy(update={"held_weights": (nudged, *kept.signal.held_weights[1:])})
    (found,) = world.verify([replace(kept, signal=signal)])
    assert found.reasons == (Reason.UNEXPLAINED,)
    assert found.difference is not None
    assert found.difference.is_rounding


def test_a_version_whose_files_were_removed_is_lost_and_others_are_still_computed(world: ParityWorld) -> None:
    lost = world.decide(world.bars(DAY))
    world.keep(history() * 1.5, replacing=("SPY", "TLT"))
    kept = world.decide(world.bars(DAY))
    table = DeltaTable(world.archive.table.location)
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert reasons(world, lost) == {"switch": (Reason.BARS_LOST,), "hold": (Reason.BARS_LOST,)}
    assert reasons(world, kept) == {"switch": (), "hold": ()}


def test_a_table_that_began_anew_has_lost_the_bars(world: ParityWorld, tmp_path: Path) -> None:
    decisions = world.decide(world.bars(DAY))
    nothing = replace(world, folder=tmp_path / "elsewhere")
    assert set(reasons(nothing, decisions).values()) == {(Reason.BARS_LOST,)}
    nothing.keep(history().iloc[:20])
    assert set(reasons(nothing, decisions).values()) == {(Reason.BARS_LOST,)}


def test_decisions_at_one_version_keep_their_own_prices_and_their_own_first_bar(world: ParityWorld) -> None:
    # Two runs of one session see other prices; averages reach back to the first bar.
    before = {"SPY": 400.0, "TLT": 90.0}
    after = {"SPY": 600.0, "TLT": 90.0}
    several = (
        *world.decide(world.bars(DAY, before)),
        *world.decide(world.bars(DAY, after)),
        *world.decide(world.bars(SESSIONS[28], before)),
        *world.decide(world.bars(DAY, first=SESSIONS[10])),
        *world.decide(world.bars(SESSIONS[20])),
        *world.decide(world.bars(SESSIONS[25], basis=PriceBasis.PREVIOUS_CLOSE)),
    )
    low, high = (several[place].signal.target_weights[0].symbol for place in (0, 2))
    assert (low, high) == ("TLT", "SPY")
    assert {verdict.reasons for verdict in world.verify(several)} == {()}
