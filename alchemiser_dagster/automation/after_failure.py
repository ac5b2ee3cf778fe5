"""Whether a failed run is recovered from: only where orders may exist."""

from __future__ import annotations

from alchemiser_dagster.assets.remedies import Remedy, remedy_of
from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError, StorageError


def orders_may_exist(desk: TradingDesk, failure: StepFailure) -> bool:
    """Return whether the run may have ordered, or an earlier one left a plan that is not ended.

    A run that was refused leaves everything to the run that had the account.
    """
    if failure.is_refusal:
        return False
    if remedy_of(failure.code, failure.step) is Remedy.RECOVER:
        return True
    try:
        return desk.executions.open_for(desk.settings.account, desk.today) is not None
    except (ConfigurationError, StorageError):
        return True
