"""Which plans were resumed after a recovery: each once, whoever asks for it (R-19)."""

from __future__ import annotations

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.recovery import Resumption


class ResumptionBook:
    """The resumptions kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._journal = Journal(database)

    def claim(self, resumption: Resumption) -> bool:
        """Claim the plan for the recovery that is the resumption's cause; return whether it has it.

        The first claim stays. Claiming it once more for the same recovery changes nothing.
        """
        envelope = resumption.envelope
        with self._database.transaction() as connection:
            held = self.of_plan(envelope.account, resumption.plan_id)
            if held is None:
                self._journal.append(resumption, name=resumption.plan_id, connection=connection)
        return held is None or held.envelope.causation_id == envelope.causation_id

    def of_plan(self, account: str, plan_id: str) -> Resumption | None:
        """Return the claim to the plan, or None where it was never resumed."""
        return self._journal.latest(Resumption, RecordQuery(account=account, name=plan_id))
