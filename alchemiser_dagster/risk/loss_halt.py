"""A loss beyond the limit halts trading: until a person has looked, and resumes it."""

from __future__ import annotations

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.risk.account_guards import AccountCase, loss_beyond_limit
from alchemiser_dagster.risk.parts import GateParts

LOSS_LIMIT = "the loss limit"
OUT = frozenset({HaltLevel.HALT, HaltLevel.FLATTEN})


def halt_after_loss(case: AccountCase, plan: RebalancePlan, parts: GateParts) -> None:
    """Halt where the account lost too much since the close before; once a session, whoever resumes it.

    A person who has everything sold is on the way out already, and nothing is bought: that goes on.
    """
    reason = loss_beyond_limit(case)
    if reason is None or parts.halts.level(case.account) in OUT:
        return
    session = plan.session.isoformat()
    envelope = plan.envelope.model_copy(
        update={
            "record_id": derived_id("halt", LOSS_LIMIT, case.account, session),
            "causation_id": plan.envelope.record_id,
            "source": "risk_gate",
            "created_at": parts.clock.now(),
        }
    )
    if parts.journal.has(envelope.record_id):
        return
    parts.halts.change(
        HaltChange(
            envelope=envelope,
            session=plan.session,
            level=HaltLevel.HALT,
            by=LOSS_LIMIT,
            reason=reason,
            is_tripped=True,
        )
    )
