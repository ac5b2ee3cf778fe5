"""Run a job in this process, for the command line, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import AGAIN_TAG, RECONCILED_BY_TAG
from alchemiser_dagster.automation.failures import StepFailure, first_failure
from alchemiser_dagster.automation.follow_up import caused_tags
from alchemiser_dagster.records.values import Trigger


@dataclass(frozen=True)
class LaunchRequest:
    """Which session is run, with which settings, under which correlation id.

    `settings_file` and `bars` are paths or empty; `session` is what the person asked for or None; `again` is
    whether a session that was traded is to be traded once more.
    """

    settings_file: str
    session: date | None
    bars: str
    correlation_id: str
    causation_id: str
    again: bool = False

    @property
    def tags(self) -> dict[str, str]:
        """Dagster's tags of the run."""
        caused = caused_tags(self.correlation_id, self.causation_id, Trigger.COMMAND)
        return {**caused, RECONCILED_BY_TAG: "command", **({AGAIN_TAG: "command"} if self.again else {})}

    @property
    def run_config(self) -> dict[str, object]:
        """Dagster's configuration of the run; it holds no secret."""
        session = self.session.isoformat() if self.session else ""
        desk = {
            "settings_file": self.settings_file,
            "session": session,
            "bars": self.bars,
            "console_notices": False,
        }
        return {
            "resources": {"desk": {"config": desk}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        }


@dataclass(frozen=True)
class LaunchedRun:
    """A run that has ended; `failure` is None where it succeeded. Durations are seconds by step."""

    run_id: str
    failure: StepFailure | None
    durations: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Launcher:
    """Runs jobs in this process, for today's session."""

    definitions: dg.Definitions
    instance: dg.DagsterInstance
    today: date

    def launch(self, job: str, request: LaunchRequest) -> LaunchedRun:
        """Run the job and wait for its end."""
        result = self.definitions.resolve_job_def(job).execute_in_process(
            partition_key=self.today.isoformat(),
            run_config=request.run_config,
            tags=request.tags,
            instance=self.instance,
            raise_on_error=False,
        )
        return _summary(result.run_id, result.all_events)


def _summary(run_id: str, events: Sequence[dg.DagsterEvent]) -> LaunchedRun:
    return LaunchedRun(run_id, first_failure(events), tuple(_durations(events)))


def _durations(events: Sequence[dg.DagsterEvent]) -> Iterator[tuple[str, float]]:
    for event in events:
        if event.is_step_success:
            yield str(event.step_key), event.step_success_data.duration_ms / 1_000
