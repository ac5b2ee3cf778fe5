"""Rules of the embedded broker, and behaviours of its market, for tests to draw."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from alchemiser_dagster.broker.simulated.behaviour import PendingFill, SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules

START = Decimal(50_000)
SOME_SECONDS = st.sampled_from([0, 0, 1, 30, 3_600]).map(lambda seconds: timedelta(seconds=seconds))
SELDOM = st.sampled_from([False] * 7 + [True])
BEHAVIOURS = st.builds(
    SymbolBehaviour,
    shares_per_look=st.sampled_from([None, Decimal(1), Decimal(3)]),
    meets_at=st.none() | st.sampled_from(["0", "0.5", "0.75", "1"]).map(Decimal),
    half_spread_basis_points=st.none() | st.sampled_from(["0", "50"]).map(Decimal),
    halted=SELDOM,
    rejects=SELDOM,
    cancels_after_fill=SELDOM,
    fills_while_pending=st.sampled_from(PendingFill),
)
RULES = st.builds(
    SimulationRules,
    starting_cash=st.just(START),
    acknowledge_after=st.sampled_from([0, 0, 0, 1, 3_600]).map(lambda seconds: timedelta(seconds=seconds)),
    cancel_after=SOME_SECONDS,
    replace_after=SOME_SECONDS,
    meets_at=st.sampled_from(["0", "0.5", "1"]).map(Decimal),
    withheld=st.sampled_from([Decimal(0), Decimal(0), Decimal(30_000)]),
    behaviours=st.fixed_dictionaries({"AAA": BEHAVIOURS, "CCC": BEHAVIOURS}),
)
