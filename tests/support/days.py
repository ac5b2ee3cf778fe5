"""A trading day in one process: jobs over an ephemeral Dagster instance, everything else for real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg

from alchemiser_dagster.assets.names import CORRELATION_TAG
from alchemiser_dagster.definitions import definitions_for
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides

SESSION = date(2024, 11, 29)
BUY_AND_HOLD = """(defsymphony "Two funds" {:rebalance-frequency :daily}
  (weight-specified 0.6 (asset "SPY" nil) 0.4 (asset "TLT" nil)))"""
SETTINGS = """
[ui]
daily_report = false

[market_data]
history_start = 2024-01-02

[[strategies]]
file = "two_funds.clj"
weight = 1.0
"""


WITH_REPORT = SETTINGS.replace("daily_report = false", "daily_report = true")


@dataclass
class Day:
    """A folder with settings, and the session that is run in it."""

    folder: Path
    session: date = SESSION
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)

    @classmethod
    def in_folder(cls, folder: Path, settings: str = SETTINGS, symphony: str = BUY_AND_HOLD) -> Day:
        (folder / "alchemiser.toml").write_text(settings)
        (folder / "two_funds.clj").write_text(symphony)
        return cls(folder)

    @property
    def settings_file(self) -> Path:
        return self.folder / "alchemiser.toml"

    @property
    def desk(self) -> TradingDesk:
        return TradingDesk(load_settings(self.settings_file, run_overrides(self.session, None)))

    @property
    def definitions(self) -> dg.Definitions:
        return definitions_for(load_settings(self.settings_file))

    def run(
        self, job: str = "trading_job", partition: date | None = None, tags: Mapping[str, str] | None = None
    ) -> dg.ExecuteInProcessResult:
        desk = {
            "settings_file": str(self.settings_file),
            "session": str(self.session),
            "console_notices": False,
        }
        return self.definitions.resolve_job_def(job).execute_in_process(
            partition_key=str(partition or self.session),
            run_config={
                "resources": {"desk": {"config": desk}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags={CORRELATION_TAG: "correlation", **(tags or {})},
            instance=self.instance,
            raise_on_error=False,
        )


def failure_text(result: dg.ExecuteInProcessResult) -> str:
    failed = next(event for event in result.all_events if event.is_step_failure)
    said = failed.step_failure_data.user_failure_data
    assert said is not None, failed.step_failure_data.error
    return str(said.description)
