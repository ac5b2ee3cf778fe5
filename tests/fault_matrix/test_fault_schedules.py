"""Schedules of faults by chance: whatever goes wrong in whatever order, nothing is doubled, lost or assumed.

Eight schedules by default; five hundred with `ALCHEMISER_SWEEP=all` in the environment.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

from fault_matrix.fault_day import FaultDay
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.alpaca_bench import LookAlike, served_here
from support.known_faults import REQUEST_FAULTS, RequestKind, market_plans, request_plan

from alchemiser_dagster.look_alike.fault_plan import AnyFault, FaultPlan

EXAMPLES = 500 if os.environ.get("ALCHEMISER_SWEEP") == "all" else 8
QUICK = [name for name in REQUEST_FAULTS if "silence" not in name]
FAULTS = st.tuples(
    st.sampled_from(QUICK), st.sampled_from(list(RequestKind)), st.integers(1, 4), st.integers(1, 3)
)
MARKET_FAULTS = st.tuples(
    st.sampled_from(list(market_plans("AAA"))), st.sampled_from(["AAA", "CCC", "DDD"]), st.integers(0, 6)
)


class FaultSchedule(RuleBasedStateMachine):
    """Faults come and go between runs of the same plan."""

    served: ClassVar[ExitStack]
    look_alike: ClassVar[LookAlike]

    def __init__(self) -> None:
        super().__init__()
        self.day = FaultDay(self.look_alike)
        _ = self.day.plan
        self.faults: tuple[AnyFault, ...] = ()

    @rule(fault=FAULTS)
    def a_request_goes_wrong(self, fault: tuple[str, RequestKind, int, int]) -> None:
        name, kind, nth, times = fault
        self._suffer(request_plan(name, kind, nth=nth, times=times))

    @rule(fault=MARKET_FAULTS)
    def the_market_goes_wrong(self, fault: tuple[str, str, int]) -> None:
        name, symbol, after_orders = fault
        self._suffer(market_plans(symbol, after_orders)[name])

    @precondition(lambda self: self.day.said is None)
    @rule()
    def the_plan_is_run(self) -> None:
        self.day.run()

    @rule()
    def all_is_well_again(self) -> None:
        self.faults = ()
        self.day.heal()

    @rule(seconds=st.integers(1, 60))
    def time_passes(self, seconds: int) -> None:
        self.look_alike.ask("POST", "/sim/clock", {"advance_seconds": seconds})

    @invariant()
    def no_order_is_accepted_twice(self) -> None:
        accepted = self.look_alike.accepted()
        assert len(set(accepted)) == len(accepted)

    def teardown(self) -> None:
        """Bring the day to its end, and judge it."""
        try:
            if self.day.said is None:
                self.day.run_until_done()
            assert self.day.findings().all == []
            assert self.day.assumptions() == []
        finally:
            shutil.rmtree(self.day.folder)

    def _suffer(self, plan: FaultPlan) -> None:
        self.faults = (*self.faults, *plan.faults)
        self.day.suffer(FaultPlan(faults=self.faults))


class TestFaultSchedules(FaultSchedule.TestCase):  # type: ignore[name-defined,misc]  # made by hypothesis
    settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=6,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    @classmethod
    def setUpClass(cls) -> None:
        FaultSchedule.served = ExitStack()
        folder = Path(tempfile.mkdtemp(prefix="look-alike-"))
        FaultSchedule.served.callback(shutil.rmtree, folder)
        FaultSchedule.look_alike = FaultSchedule.served.enter_context(served_here(folder))

    @classmethod
    def tearDownClass(cls) -> None:
        FaultSchedule.served.close()
