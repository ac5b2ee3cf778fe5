"""A trading day up to its plan, in this process: nothing is sent, and no notice either."""

from __future__ import annotations

import dagster as dg

from alchemiser_dagster.automation.instance import open_instance
from alchemiser_dagster.automation.launch import LaunchedRun, Launcher, LaunchRequest
from alchemiser_dagster.automation.names import PREVIEW_JOB
from alchemiser_dagster.desk import TradingDesk


def run_preview(definitions: dg.Definitions, desk: TradingDesk, request: LaunchRequest) -> LaunchedRun:
    """Run the preview job for today's session in this process."""
    with open_instance(desk.lock_folder) as instance:
        return Launcher(definitions, instance, desk.today).launch(PREVIEW_JOB, request)
