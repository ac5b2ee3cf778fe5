"""Put together what became of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.execution.line_chain import LineChain
from alchemiser_dagster.execution.outcome import Verdict
from alchemiser_dagster.execution.quality import quality_of
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult, ExecutionSkip
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class Aftermath:
    """All that is known once every order of a plan is at its end."""

    chains: tuple[LineChain, ...]
    skips: tuple[ExecutionSkip, ...]
    fills: tuple[Fill, ...]
    verdict: Verdict

    def result(self, plan: RebalancePlan, envelope: Envelope) -> ExecutionResult:
        """Return the record of it."""
        orders = tuple(order for chain in self.chains for order in chain.orders)
        return ExecutionResult(
            envelope=envelope,
            plan_id=plan.plan_id,
            session=plan.session,
            sequence=plan.sequence,
            outcome=self.verdict.outcome,
            reason=self.verdict.reason,
            orders=tuple(quality_of(order, self.fills).report(order) for order in orders),
            fills=self.fills,
            skips=self.skips,
            bought=self._value(order for order in orders if order.side is Side.BUY),
            sold=self._value(order for order in orders if order.side is Side.SELL),
        )

    def _value(self, orders: Iterable[LedgerOrder]) -> Decimal:
        return sum((self._value_of(order) for order in orders), Decimal("0.00"))

    def _value_of(self, order: LedgerOrder) -> Decimal:
        own = [fill for fill in self.fills if fill.client_order_id == order.client_order_id]
        if sum((fill.quantity for fill in own), Decimal(0)) == order.filled_quantity:
            return sum((to_cent(fill.quantity * fill.price) for fill in own), Decimal("0.00"))
        return to_cent(order.filled_quantity * (order.average_price or order.decision_price))
