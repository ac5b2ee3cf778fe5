"""The one place where it is decided how an execution ended (R-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.execution.line_chain import LineChain
from alchemiser_dagster.records.values import Outcome


@dataclass(frozen=True)
class Verdict:
    """How an execution ended, and why in one sentence."""

    outcome: Outcome
    reason: str


def judge(chains: Sequence[LineChain], negligible: Decimal) -> Verdict:
    """Return the outcome of a plan from its lines and their orders.

    A line is done when nothing can happen to its orders any more and what it lacks is worth no more than
    `negligible` dollars. All done: traded, or nothing to do where no share changed hands. Some filled:
    partial. None: failed.
    """
    if not chains:
        return Verdict(Outcome.NOTHING_TO_DO, "the plan is empty")
    open_ones = [chain for chain in chains if chain.live or chain.missing_value > negligible]
    done = len(chains) - len(open_ones)
    if not any(chain.filled for chain in chains):
        return _nothing_filled(open_ones)
    if open_ones:
        return Verdict(Outcome.PARTIAL, f"{done} of {len(chains)} lines are done; not {_named(open_ones)}")
    return Verdict(Outcome.TRADED, f"all {len(chains)} lines are done")


def traded_before(traded_by: str) -> Verdict:
    """Return how a run ends whose session another one has traded (R-02, R-20)."""
    reason = f"the session was traded already by run {traded_by}"
    return Verdict(Outcome.NOTHING_TO_DO, f"{reason}; `alchemiser run --again` trades it once more")


def _nothing_filled(open_ones: Sequence[LineChain]) -> Verdict:
    if open_ones:
        return Verdict(Outcome.FAILED, f"nothing was filled of {_named(open_ones)}")
    return Verdict(Outcome.NOTHING_TO_DO, "every line is too small to be sent")


def _named(chains: Sequence[LineChain]) -> str:
    return ", ".join(f"{chain.line.side} {chain.line.symbol}" for chain in chains)
