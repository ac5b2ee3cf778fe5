"""A whole trading day from the command line: the trading job, and what follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import dagster as dg

from alchemiser_dagster.automation.after_failure import orders_may_exist
from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.automation.instance import open_instance
from alchemiser_dagster.automation.launch import LaunchedRun, Launcher, LaunchRequest
from alchemiser_dagster.automation.names import (
    FLATTEN_JOB,
    RECONCILIATION_JOB,
    RECOVERY_JOB,
    RESUME_JOB,
    TRADING_JOB,
)
from alchemiser_dagster.automation.notices import send_failure, send_result
from alchemiser_dagster.automation.resumption import claim_resumption
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.records.envelope import RunIdentity


@dataclass(frozen=True)
class LaunchedDay:
    """The runs of a day, in their order.

    Parameters
    ----------
    trading
        The run that trades.
    aftermath
        What followed it: the reconciliation, or the recovery; nothing where it can't have ordered.
    resumed
        The run that traded the rest after a recovery, and what followed that; nothing where there was none.
    """

    correlation_id: str
    trading: LaunchedRun
    aftermath: tuple[LaunchedRun, ...] = ()
    resumed: tuple[LaunchedRun, ...] = ()

    @property
    def runs(self) -> tuple[LaunchedRun, ...]:
        """The runs that there were."""
        return (self.trading, *self.aftermath, *self.resumed)

    @property
    def failure(self) -> StepFailure | None:
        """The first failure of the day; of a day that was resumed, the first from then on."""
        return next((run.failure for run in self.resumed or self.runs if run.failure), None)


def run_trading_day(definitions: dg.Definitions, desk: TradingDesk, request: LaunchRequest) -> LaunchedDay:
    """Run the trading job for today's session in this process, then the reconciliation.

    While everything is to be sold, the job that sells it takes the place of the trading job. A run that
    failed when it may have ordered is recovered from; the rest is traded once, where the settings want it.
    """
    with open_instance(desk.lock_folder) as instance:
        launcher = Launcher(definitions, instance, desk.today)
        trading = launcher.launch(FLATTEN_JOB if desk.is_flattening else TRADING_JOB, request)
        aftermath = _followed(launcher, desk, request, trading)
        resumed: tuple[LaunchedRun, ...] = ()
        if trading.failure is not None and aftermath and aftermath[-1].failure is None:
            resumed = _resumed(launcher, desk, request, aftermath[-1].run_id)
        return LaunchedDay(request.correlation_id, trading, aftermath, resumed)


def _followed(
    launcher: Launcher, desk: TradingDesk, request: LaunchRequest, run: LaunchedRun
) -> tuple[LaunchedRun, ...]:
    """Reconcile after a run that succeeded; recover from one that failed when it may have ordered."""
    caused = replace(request, causation_id=run.run_id)
    if run.failure is None:
        return (launcher.launch(RECONCILIATION_JOB, caused),)
    return (launcher.launch(RECOVERY_JOB, caused),) if orders_may_exist(desk, run.failure) else ()


def _resumed(
    launcher: Launcher, desk: TradingDesk, request: LaunchRequest, recovery_run: str
) -> tuple[LaunchedRun, ...]:
    """Trade the rest of the plan once, where the settings want it and nothing speaks against it."""
    identity = RunIdentity(run_id=recovery_run, correlation_id=request.correlation_id)
    if claim_resumption(desk, identity).plan_id is None:
        return ()
    resumed = launcher.launch(RESUME_JOB, replace(request, causation_id=recovery_run))
    return (resumed, *_followed(launcher, desk, request, resumed))


def tell_how_it_ended(desk: TradingDesk, day: LaunchedDay) -> None:
    """Send the final notice of a day whose hooks could not; where they could, it is not sent again (R-41)."""
    if day.failure is not None:
        send_failure(desk, day.correlation_id, desk.today, day.failure, day.trading.run_id)
    else:
        send_result(desk, day.correlation_id)
