from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.parity_world import SESSIONS, ParityWorld, closes_of

from alchemiser_dagster.parity.verdict import BarCause, BarEffect, Hindsight
from alchemiser_dagster.records.market import PriceBasis

DAY = SESSIONS[10]
ABOVE = """(defsymphony "Above" {:rebalance-frequency :daily}
  (if (> (current-price "SPY") (moving-average-price "SPY" {:window 5}))
    [(asset "SPY" nil)] [(asset "TLT" nil)]))"""


def history(length: int = 10) -> pd.DataFrame:
    return closes_of({"SPY": np.full(length, 100.0), "TLT": np.full(length, 50.0)})


@pytest.fixture
def world(tmp_path: Path) -> ParityWorld:
    world = ParityWorld.of(tmp_path, above=ABOVE)
    world.keep(history())
    return world


def hindsight(
    world: ParityWorld, closes: pd.DataFrame, replacing: tuple[str, ...] = (), price: float = 101.0
) -> Hindsight:
    """Decide on a price, then keep the closes, and compute the decision again."""
    (decision,) = world.decide(world.bars(DAY, {"SPY": price, "TLT": 50.0}))
    world.keep(closes, replacing)
    (verdict,) = world.verify([decision])
    assert verdict.is_equal
    assert verdict.hindsight is not None
    return verdict.hindsight


def sealed(spy: float) -> pd.DataFrame:
    closes = history(11)
    closes.loc[pd.Timestamp(DAY), "SPY"] = spy
    return closes


def only(found: Hindsight) -> BarEffect:
    (effect,) = found.effects
    return effect


def test_an_official_close_that_decides_the_same_is_told_and_is_no_failure(world: ParityWorld) -> None:
    #
    found = hindsight(world, sealed(100.5))
    assert found.is_same
    assert found.official_close_is_known
    effect = only(found)
    assert effect.cause is BarCause.PROVISIONAL_PRICE
    (close,) = effect.closes
    assert (close.symbol, close.sessions_changed) == ("SPY", 1)
    assert close.largest_change == pytest.approx(0.5 / 101)


def test_an_official_close_that_decides_otherwise_moves_what_it_moves(world: ParityWorld) -> None:
    effect = only(hindsight(world, sealed(99.0)))
    assert effect.cause is BarCause.PROVISIONAL_PRICE
    assert effect.difference is not None
    assert effect.difference.distance == 1.0
    assert effect.difference.symbols == ("SPY", "TLT")


def test_an_official_close_equal_to_the_price_has_no_effect(world: ParityWorld) -> None:
    found = hindsight(world, sealed(101.0))
    assert found.effects == ()
    assert found.official_close_is_known


def test_a_split_after_the_session_is_no_fall_of_its_price(world: ParityWorld) -> None:
    # The official close is half the price: at the scale of the decision's history it is nearly equal.
    halved = sealed(100.5)
    halved["SPY"] /= 2
    found = hindsight(world, halved, replacing=("SPY",))
    assert found.is_same
    price, restated = found.effects
    assert price.cause is BarCause.PROVISIONAL_PRICE
    assert price.closes[0].largest_change == pytest.approx(0.5 / 101)
    assert restated.cause is BarCause.BARS_RESTATED
    (close,) = restated.closes
    assert (close.symbol, close.sessions_changed, close.largest_change) == ("SPY", 10, 0.5)


def test_what_the_price_and_what_the_restated_bars_do_is_told_apart(world: ParityWorld) -> None:
    # 100.5 is above the average of the bars as they were, and below that of the bars as they are.
    restated = sealed(100.5)
    restated.loc[pd.Timestamp(SESSIONS[7]) : pd.Timestamp(SESSIONS[8]), "SPY"] = 110.0
    price, bars = hindsight(world, restated).effects
    assert (price.cause, price.difference) == (BarCause.PROVISIONAL_PRICE, None)
    assert bars.cause is BarCause.BARS_RESTATED
    (close,) = bars.closes
    assert (close.symbol, close.sessions_changed) == ("SPY", 2)
    assert close.largest_change == pytest.approx(0.1)
    assert bars.difference is not None
    assert bars.difference.distance == 1.0


def test_an_official_close_that_is_not_kept_yet_is_waited_for(world: ParityWorld) -> None:
    found = hindsight(world, history())
    assert not found.official_close_is_known
    assert found.effects == ()


def test_restated_bars_are_told_before_the_official_close_is_known(world: ParityWorld) -> None:
    restated = history()
    restated.loc[pd.Timestamp(SESSIONS[8]), "SPY"] = 120.0
    found = hindsight(world, restated)
    assert not found.official_close_is_known
    effect = only(found)
    assert effect.cause is BarCause.BARS_RESTATED
    assert effect.difference is not None
    assert effect.difference.symbols == ("SPY", "TLT")


def test_a_split_before_the_official_close_is_known_rescales_the_price_too(world: ParityWorld) -> None:
    halved = history()
    halved["SPY"] /= 2
    found = hindsight(world, halved, replacing=("SPY",), price=99.0)
    assert not found.official_close_is_known
    assert only(found).difference is None


def test_a_close_of_one_symbol_alone_is_not_yet_the_official_close(world: ParityWorld) -> None:
    closes = sealed(99.0)
    closes.loc[pd.Timestamp(DAY), "TLT"] = np.nan
    assert not hindsight(world, closes).official_close_is_known


@pytest.mark.parametrize(
    ("basis", "session"), [(PriceBasis.OFFICIAL, SESSIONS[9]), (PriceBasis.PREVIOUS_CLOSE, SESSIONS[10])]
)
def test_a_decision_on_official_closes_has_no_provisional_price(
    world: ParityWorld, basis: PriceBasis, session: date
) -> None:
    (decision,) = world.decide(world.bars(session, basis=basis))
    restated = history()
    restated.loc[pd.Timestamp(SESSIONS[9]), "SPY"] = 105.0
    world.keep(restated)
    (verdict,) = world.verify([decision])
    assert verdict.is_equal
    assert verdict.hindsight is not None
    effect = only(verdict.hindsight)
    assert effect.cause is BarCause.BARS_RESTATED
    assert effect.closes[0].sessions_changed == 1
    assert effect.difference is not None
    assert effect.difference.symbols == ("SPY", "TLT")
