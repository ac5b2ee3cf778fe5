"""Compare books and broker in a stage, and keep what it came to."""

from __future__ import annotations

from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.records.reconciliation import ReconciliationReport


def reconcile_in(stage: Stage, patience_seconds: float = 0) -> ReconciliationReport:
    """Return the report of the stage's session; while a run trades the account, it is waited that long."""
    from alchemiser_dagster.assets.reconciler import reconciler_of

    reconciler = reconciler_of(stage.desk, patience_seconds)
    return reconciler.reconcile(
        stage.session, lambda cause: stage.envelope(*((cause,) if cause is not None else ()))
    )
