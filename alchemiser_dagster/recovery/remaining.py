"""What is left of a plan that was begun: the lines that the executor would still send or follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.execution.line_chain import LineChain, chains_of
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side, Symbol


@dataclass(frozen=True)
class Remaining:
    """The lines that may still be sent."""

    chains: tuple[LineChain, ...] = ()

    @property
    def symbols(self) -> frozenset[Symbol]:
        """What they trade."""
        return frozenset(chain.line.symbol for chain in self.chains)

    @property
    def value(self) -> Decimal:
        """What they lack at their reference prices, in dollars, to the cent."""
        return to_cent(sum((chain.missing_value for chain in self.chains), Decimal(0)))


def remaining_of(plan: RebalancePlan, orders: Sequence[LedgerOrder], max_attempts: int) -> Remaining:
    """Return what is left of the plan; a line left out when its side was sized is not."""
    return Remaining(tuple(_remaining_chains(plan, orders, max_attempts)))


def _remaining_chains(
    plan: RebalancePlan, orders: Sequence[LedgerOrder], max_attempts: int
) -> Iterator[LineChain]:
    for side in Side:
        chains = chains_of(_lines(plan, side), orders)
        is_sized = any(chain.orders for chain in chains)
        for chain in chains:
            is_wanted = bool(chain.live or chain.left_to_try(max_attempts))
            if is_wanted and (chain.orders or not is_sized):
                yield chain


def _lines(plan: RebalancePlan, side: Side) -> tuple[PlanLine, ...]:
    return tuple(line for line in plan.lines if line.side is side)
