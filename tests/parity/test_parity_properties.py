"""What was not touched comes out again, whatever the strategies and the bars are."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from support.parity_world import SESSIONS, ParityWorld
from support.symphony_random import SYMBOLS, Tree, blocks, random_closes, text_of

from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.difference import difference_between
from alchemiser_dagster.parity.verdict import BarCause
from alchemiser_dagster.records.market import PriceBasis
from alchemiser_dagster.records.signal import SessionDecision, SignalWeight
from alchemiser_dagster.symphony import parse

LENGTH = 40
OPTIONS = (
    "{:rebalance-frequency :daily}",
    "{:rebalance-frequency :weekly}",
    "{:rebalance-frequency :monthly}",
    "{:rebalance-threshold 0.05}",
)


def bars_of(seed: int) -> pd.DataFrame:
    """Return random closes on real sessions, and of a symbol that is only held."""
    closes = random_closes(seed, LENGTH).set_axis(pd.DatetimeIndex(pd.to_datetime(list(SESSIONS[:LENGTH]))))
    return closes.assign(HELD=10.0)


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    trees: list[Tree] = draw(st.lists(blocks(), min_size=1, max_size=3))
    return {
        f"strategy_{number}": text_of(tree, draw(st.sampled_from(OPTIONS)))
        for number, tree in enumerate(trees)
    }


@settings(max_examples=20)
@given(texts(), st.integers(0, 2**16), st.lists(st.integers(20, LENGTH - 2), min_size=1, max_size=4))
def test_an_untouched_history_always_comes_out_again(
    strategies: dict[str, str], seed: int, days: list[int]
) -> None:
    # live as in history, day by day, with more bars kept after each decision
    closes = bars_of(seed)
    with tempfile.TemporaryDirectory() as folder:
        symphonies = {name: parse(text) for name, text in strategies.items()}
        world = ParityWorld(Path(folder), symphonies, held=("HELD",))
        decisions: list[KeptDecision] = []
        for day in sorted(days):
            world.keep(closes.iloc[: day + 1])
            prices = dict.fromkeys((*SYMBOLS, "HELD"), 40.0 + day)
            decisions += world.decide(world.bars(SESSIONS[day]))
            decisions += world.decide(world.bars(SESSIONS[day + 1], prices))
            decisions += world.decide(world.bars(SESSIONS[day + 1], basis=PriceBasis.PREVIOUS_CLOSE))
        world.keep(closes)
        verdicts = world.verify(decisions)
    assert {verdict.reasons for verdict in verdicts} == {()}
    for verdict in verdicts:
        assert verdict.hindsight is not None
        assert all(effect.cause is BarCause.PROVISIONAL_PRICE for effect in verdict.hindsight.effects)


weights = st.dictionaries(st.sampled_from(SYMBOLS), st.floats(1e-6, 1 / len(SYMBOLS)))


def decision_of(parts: dict[str, float]) -> SessionDecision:
    held = tuple(SignalWeight(symbol=symbol, weight=parts[symbol]) for symbol in sorted(parts))
    return SessionDecision(is_defined=True, target_weights=held, held_weights=held, trades_today=True)


@given(weights, weights)
def test_a_distance_is_none_for_equals_and_else_the_same_both_ways_and_at_most_the_whole(
    one: dict[str, float], other: dict[str, float]
) -> None:
    there = difference_between(decision_of(one), decision_of(other))
    back = difference_between(decision_of(other), decision_of(one))
    assert (there is None) == (one == other)
    if there is not None:
        assert back is not None
        assert there.distance == back.distance
        assert 0 <= (there.distance or 0) <= 1
        assert set(there.symbols) == {symbol for symbol in SYMBOLS if one.get(symbol) != other.get(symbol)}


@given(weights)
def test_leaving_for_cash_moves_all_that_is_left(parts: dict[str, float]) -> None:
    found = difference_between(decision_of(parts), decision_of({}))
    if found is not None:
        assert found.distance is not None
        assert abs(found.distance - sum(parts.values())) < 1e-12


def test_a_decision_against_none_has_no_distance() -> None:
    nothing = SessionDecision(is_defined=False, target_weights=(), held_weights=(), trades_today=False)
    found = difference_between(decision_of({"AAA": 0.2}), nothing)
    assert found is not None
    assert found.distance is None
    assert found.symbols == ("AAA",)


def test_what_is_in_force_counts_and_what_differs_elsewhere_is_named() -> None:
    held = decision_of({"AAA": 0.2}).model_copy(update={"trades_today": False})
    other = held.model_copy(update={"target_weights": decision_of({"BBB": 0.2}).target_weights})
    found = difference_between(held, other)
    assert found is not None
    assert (found.distance, found.symbols, found.fields) == (0.0, (), ("target weights",))
