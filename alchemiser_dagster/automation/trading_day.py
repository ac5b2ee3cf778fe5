"""A whole trading day from the command line: the trading job, then the reconciliation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import dagster as dg

from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.automation.instance import open_instance
from alchemiser_dagster.automation.launch import LaunchedRun, Launcher, LaunchRequest
from alchemiser_dagster.automation.names import FLATTEN_JOB, RECONCILIATION_JOB, TRADING_JOB
from alchemiser_dagster.automation.notices import send_failure, send_result
from alchemiser_dagster.desk import TradingDesk

ORDERS_MAY_EXIST_AFTER = "execution_result"


@dataclass(frozen=True)
class LaunchedDay:
    """The runs of a day; there is no reconciliation where the trading run can't have ordered."""

    correlation_id: str
    trading: LaunchedRun
    reconciliation: LaunchedRun | None

    @property
    def runs(self) -> tuple[LaunchedRun, ...]:
        """The runs that there were."""
        return (self.trading, self.reconciliation) if self.reconciliation else (self.trading,)

    @property
    def failure(self) -> StepFailure | None:
        """The first failure of the day."""
        return next((run.failure for run in self.runs if run.failure), None)


def run_trading_day(definitions: dg.Definitions, desk: TradingDesk, request: LaunchRequest) -> LaunchedDay:
    """Run the trading job for today's session in this process, then the reconciliation.

    While everything is to be sold, the job that sells it takes the place of the trading job.
    """
    with open_instance(desk.lock_folder) as instance:
        launcher = Launcher(definitions, instance, desk.today)
        trading = launcher.launch(FLATTEN_JOB if desk.is_flattening else TRADING_JOB, request)
        if trading.failure is not None and not _may_have_ordered(trading.failure):
            return LaunchedDay(request.correlation_id, trading, None)
        caused = replace(request, causation_id=trading.run_id)
        reconciliation = launcher.launch(RECONCILIATION_JOB, caused)
        return LaunchedDay(request.correlation_id, trading, reconciliation)


def tell_how_it_ended(desk: TradingDesk, day: LaunchedDay) -> None:
    """Send the final notice of a day whose hooks could not; where they could, it is not sent again (R-41)."""
    if day.failure is not None:
        send_failure(desk, day.correlation_id, desk.today, day.failure, day.trading.run_id)
    else:
        send_result(desk, day.correlation_id)


def _may_have_ordered(failure: StepFailure) -> bool:
    return failure.step == ORDERS_MAY_EXIST_AFTER and not failure.is_refusal
