"""Whatever is ordered, changed and waited for, and however the market behaves: the orders' lives add up.

A short run by default; with `ALCHEMISER_SWEEP=all` in the environment a long one, which must come by every
move that an order may make.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from support.order_lives import Lives

from alchemiser_dagster.broker.simulated import floor
from alchemiser_dagster.broker.simulated.status import TRANSITIONS, SimulatedStatus, require_legal

ALL = os.environ.get("ALCHEMISER_SWEEP") == "all"
LEGAL = {(before, after) for before, following in TRANSITIONS.items() for after in following}

TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@pytest.mark.skipif(not ALL, reason="a long run, with ALCHEMISER_SWEEP=all")
def test_a_long_run_comes_by_every_move_that_an_order_may_make(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = Counter[tuple[SimulatedStatus, SimulatedStatus]]()

    def counting(before: SimulatedStatus, after: SimulatedStatus) -> None:
        moves[before, after] += 1
        require_legal(before, after)

    monkeypatch.setattr(floor, "require_legal", counting)
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=300, stateful_step_count=40, deadline=None)
    )
    counted = "\n".join(f"{moves[move]:7} {move[0]} -> {move[1]}" for move in sorted(LEGAL))
    assert set(moves) == LEGAL, counted
