"""The fault plan in force: which fault fires now, and how often each has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from alchemiser_dagster.look_alike.counted import Counted
from alchemiser_dagster.look_alike.fault_plan import (
    AnyFault,
    AnyRequestFault,
    AnyStreamFault,
    FaultPlan,
    MarketFault,
    RequestFault,
    StreamFault,
)
from alchemiser_dagster.look_alike.listing_faults import ActivityMissing, AnyListingFault, FillTwice, LateFill
from alchemiser_dagster.look_alike.market_faults import Ruled, apply
from alchemiser_dagster.records.envelope import Frozen


class FaultCount(Frozen):
    """What became of one fault.

    Parameters
    ----------
    matched
        How many requests or events it was asked about and matched.
    left
        How often it can still fire; None: without end.
    """

    fault: AnyFault
    matched: int
    fired: int
    left: int | None


class FaultReport(Frozen):
    """What became of a plan.

    Parameters
    ----------
    accepted_orders
        How many orders were accepted since the plan was set.
    """

    faults: tuple[FaultCount, ...]
    accepted_orders: int


@dataclass
class Tally:
    """One fault and its counts."""

    fault: AnyFault
    matched: int = 0
    fired: int = 0

    @property
    def left(self) -> int | None:
        """How often it can still fire."""
        times = self.fault.times if isinstance(self.fault, Counted) else 1
        return None if times is None else times - self.fired

    def fires(self) -> bool:
        """Count one more match, and say whether the fault fires on it."""
        self.matched += 1
        first = self.fault.nth if isinstance(self.fault, Counted) else 1
        if self.matched < first or self.left == 0:
            return False
        self.fired += 1
        return True

    def counted(self) -> FaultCount:
        """Return the counts."""
        return FaultCount(fault=self.fault, matched=self.matched, fired=self.fired, left=self.left)


def _nothing(_faults: ActiveFaults) -> None:
    pass


@dataclass
class ActiveFaults:
    """The plan in force over one world.

    Everything happens in the server's one loop, but for the faults of the list of activities: those are asked
    by whoever lists, one at a time.

    Parameters
    ----------
    on_plan
        Called whenever a plan was set.
    """

    world: Ruled
    on_plan: Callable[[ActiveFaults], None] = _nothing
    accepted_orders: int = 0
    tallies: list[Tally] = field(default_factory=list)

    def put(self, plan: FaultPlan) -> None:
        """Put a plan in the place of the one in force; every count begins anew."""
        self.tallies = [Tally(fault) for fault in plan.faults]
        self.accepted_orders = 0
        self._begin_market_faults()
        self.on_plan(self)

    def clear(self) -> None:
        """Let nothing more go wrong; what the plan changed of the rules stays changed."""
        self.put(FaultPlan())

    def report(self) -> FaultReport:
        """Return what has fired and what is left."""
        return FaultReport(
            faults=tuple(tally.counted() for tally in self.tallies), accepted_orders=self.accepted_orders
        )

    def of_request(self, method: str, path: str) -> AnyRequestFault | None:
        """Return the fault that fires on a request, and count it."""
        for tally in self.tallies:
            fault = tally.fault
            if isinstance(fault, RequestFault) and _matches(fault, method, path) and tally.fires():
                return fault
        return None

    def of_event(self, event: str) -> AnyStreamFault | None:
        """Return the fault that fires on an event of the stream, and count it."""
        for tally in self.tallies:
            fault = tally.fault
            if isinstance(fault, StreamFault) and fault.event in {None, event} and tally.fires():
                return fault
        return None

    def of_fill(self, symbol: str) -> AnyListingFault | None:
        """Return the fault that fires on how a fill is listed, and count it."""
        for tally in self.tallies:
            fault = tally.fault
            if isinstance(fault, LateFill | FillTwice) and fault.symbol in {None, symbol} and tally.fires():
                return fault
        return None

    def of_activity(self, raw_kind: str, symbol: str | None) -> AnyListingFault | None:
        """Return the fault that fires on how something besides a trade is listed, and count it."""
        for tally in self.tallies:
            fault = tally.fault
            if not isinstance(fault, ActivityMissing) or fault.activity not in {None, raw_kind}:
                continue
            if fault.symbol in {None, symbol} and tally.fires():
                return fault
        return None

    def order_accepted(self) -> None:
        """Count an accepted order, and begin the faults of the market that waited for it."""
        self.accepted_orders += 1
        self._begin_market_faults()

    def _begin_market_faults(self) -> None:
        for tally in self.tallies:
            fault = tally.fault
            if isinstance(fault, MarketFault) and fault.after_orders == self.accepted_orders:
                tally.fires()
                apply(fault, self.world)


def _matches(fault: RequestFault, method: str, path: str) -> bool:
    return fault.method in {None, method} and fnmatchcase(path, fault.path)
