"""A trading day that dies, and the recovery after it, over a bench of either broker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from support.alpaca_bench import AlpacaBench
from support.trading import SESSION, Bench, envelope_for

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.recovery.hindrances import ResumeGuards
from alchemiser_dagster.recovery.recover import RecoveryCase, recover
from alchemiser_dagster.settings.choices import AfterFailure

FAILED_RUN = "run-1"
RECOVERY_RUN = "recovery-1"
IDENTITY = {"envelope"}


@dataclass(frozen=True)
class Recovering:
    """A recovery on a bench; a broker and a database may take the place of the bench's."""

    bench: Bench | AlpacaBench
    account: str
    broker: Broker | None = None
    database: Database | None = None
    after_failure: AfterFailure = AfterFailure.STOP

    @property
    def environment(self) -> ExecutionEnvironment:
        bench = self.bench
        if isinstance(bench, Bench):
            return bench.environment(self.broker, self.database)
        return bench.environment_with(self.broker or bench.broker)

    def guards(self) -> ResumeGuards:
        environment = self.environment
        return ResumeGuards(environment.database, self.bench.permit, environment.rules.max_attempts, "")

    def recover(self, session: date = SESSION) -> RecoveryReport:
        """Recover, and keep the report as the asset does."""
        case = RecoveryCase(session, FAILED_RUN, self.guards(), self.after_failure)
        count = self.environment.journal.head().entry
        envelope = envelope_for(f"recovery-{count}").model_copy(
            update={"account": self.account, "run_id": RECOVERY_RUN}
        )
        report = recover(case, self.environment, envelope)
        self.environment.journal.append(report)
        return report


def keep(plan: RebalancePlan, database: Database) -> RebalancePlan:
    """Keep the plan in the journal, as the step does that makes it."""
    Journal(database).append(plan)
    return plan


def facts(report: RecoveryReport) -> dict[str, Any]:
    """Everything that a report says, but who made it and when."""
    return report.model_dump(exclude=IDENTITY)
