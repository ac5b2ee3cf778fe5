"""No sequence of plans, crashes, restarts, parallel runs and changed settings passes a limit (R-32).

A sample by default; 1,200 sequences with `ALCHEMISER_SWEEP=all` in the environment.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from support.arrivals import RULES
from support.command import IN_MEMORY
from support.gate_sequences import sequence_of, shortest, simulation_of
from support.gate_steps import Step
from support.gate_world import World
from support.trading import Bench

from alchemiser_dagster.risk import gate

IS_ALL = os.environ.get("ALCHEMISER_SWEEP") == "all"
SHARES, IN_EACH = 4, 300 if IS_ALL else 12


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A ledger of an account that holds a bit more than a third of its value."""
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder), simulation_of(0))
        bench.hold({"AAA": "200", "BBB": "300", "DDD": "40"})
        bench.database.close()
        yield Path(folder) / "ledger.db"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A thousand sequences refuse a lot: nobody reads it."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


def played(steps: Sequence[Step], seed: int, template: Path) -> World:
    where = IN_MEMORY if IN_MEMORY.is_dir() else None
    with TemporaryDirectory(dir=where) as folder, pytest.MonkeyPatch.context() as patch:
        world = World(Path(folder), patch, simulation_of(seed), template)
        for step in steps:
            world.play(step)
            if world.passed:
                break
        world.close()
    return world


@pytest.mark.parametrize("share", range(SHARES))
def test_no_sequence_passes_a_limit(share: int, template: Path) -> None:
    #
    seen: Counter[str] = Counter()
    for seed in range(share, SHARES * IN_EACH, SHARES):
        steps = sequence_of(seed)
        world = played(steps, seed, template)
        if world.passed:
            least = shortest(steps, lambda fewer, of=seed: bool(played(fewer, of, template).passed))
            pytest.fail(f"seed {seed}: {world.passed}\n" + "\n".join(map(str, least)))
        seen += world.seen
    print(share, IN_EACH, dict(sorted(seen.items())))  # noqa: T201 - how much was tried, for who asks with -s
    assert seen["arrived"] > IN_EACH
    assert min(seen["killed"], seen["refused"], seen["limit"]) > IN_EACH // 4


def test_the_reckoning_notices_what_the_guards_of_orders_stop(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ORDER_GUARDS", {})
    worlds = [played(sequence_of(seed), seed, template) for seed in range(16)]
    noticed = {broken.split(":")[0] for world in worlds for broken in world.passed}
    assert len(noticed) >= len(RULES) // 2, noticed
