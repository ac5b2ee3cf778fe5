"""Who compares books and broker, put together from a desk: for the asset, and for the command."""

from __future__ import annotations

from functools import partial

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.execution.lock import require_free
from alchemiser_dagster.reconciliation.service import Reconciler


def reconciler_of(desk: TradingDesk, patience_seconds: float = 0) -> Reconciler:
    """Return who compares the desk's account; while a run trades it, that long is waited."""
    account = desk.settings.account
    return Reconciler(
        database=desk.database,
        reader=desk.reader,
        calendar=desk.calendar,
        account=account,
        is_own_id=is_ours,
        require_free=partial(require_free, desk.lock_folder, account, patience_seconds),
    )
