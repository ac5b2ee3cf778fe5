"""What an execution works with: the broker, the books, the clock, the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.risk.parts import GateParts
from alchemiser_dagster.risk.permit import TradingPermit
from alchemiser_dagster.risk.terms import GateTerms


@dataclass(frozen=True)
class ExecutionEnvironment:
    """Everything around a plan.

    Parameters
    ----------
    lock_folder
        Where the lock of each account is kept; the same for every process of this machine.
    terms
        On which terms the risk gate lets anything through.
    """

    database: Database
    broker: Broker
    clock: Clock
    rules: ExecutionRules
    lock_folder: Path
    terms: GateTerms = field(default_factory=GateTerms)

    def gate_parts(self, permit: TradingPermit) -> GateParts:
        """Return what the risk gate works with."""
        return GateParts(self.database, self.broker, self.clock, permit, self.terms)

    @property
    def executions(self) -> ExecutionBook:
        """Which plans were begun."""
        return ExecutionBook(self.database)

    @property
    def orders(self) -> OrderBook:
        """What was intended and sent."""
        return OrderBook(self.database)

    @property
    def fills(self) -> FillBook:
        """What changed hands."""
        return FillBook(self.database)

    @property
    def journal(self) -> Journal:
        """Where the result is kept."""
        return Journal(self.database)
