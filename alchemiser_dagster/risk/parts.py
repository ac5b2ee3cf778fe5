"""What the gate works with."""

from __future__ import annotations

from dataclasses import dataclass

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.ledger.admissions import AdmissionBook
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.risk.permit import TradingPermit
from alchemiser_dagster.risk.terms import GateTerms


@dataclass(frozen=True)
class GateParts:
    """The ledger, the broker, the clock, the permission to trade, and the terms."""

    database: Database
    broker: Broker
    clock: Clock
    permit: TradingPermit
    terms: GateTerms

    @property
    def journal(self) -> Journal:
        """Records, reports among them."""
        return Journal(self.database)

    @property
    def halts(self) -> HaltBook:
        """What holds the account back."""
        return HaltBook(self.database)

    @property
    def breaks(self) -> BreakBook:
        """Which symbols are locked."""
        return BreakBook(self.database)

    @property
    def approvals(self) -> ApprovalBook:
        """What was approved."""
        return ApprovalBook(self.database)

    @property
    def admissions(self) -> AdmissionBook:
        """What was let through."""
        return AdmissionBook(self.database)

    @property
    def orders(self) -> OrderBook:
        """Orders and their states."""
        return OrderBook(self.database)
