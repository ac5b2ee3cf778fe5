"""Run a job in this process, for the command line, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import CAUSATION_TAG, CORRELATION_TAG, RECONCILED_BY_TAG
from alchemiser_dagster.automation.failures import StepFailure, first_failure


@dataclass(frozen=True)
class LaunchRequest:
    """Which session is run, with which settings, under which correlation id.

    `settings_file` and `bars` are paths or empty; `session` is what the person asked for or None.
    """

    settings_file: str
    session: date | None
    bars: str
    correlation_id: str
    causation_id: str

    @property
    def run_config(self) -> dict[str, object]:
        """Dagster's configuration of the run; it holds no secret."""
        session = self.session.isoformat() if self.session else ""
        desk = {"settings_file": self.settings_file, "session": session, "bars": self.bars}
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


def launch(definitions: dg.Definitions, job: str, today: date, request: LaunchRequest) -> LaunchedRun:
    """Run the job for today's session in this process and wait for its end."""
    with dg.DagsterInstance.get() as instance:
        result = definitions.resolve_job_def(job).execute_in_process(
            partition_key=today.isoformat(),
            run_config=request.run_config,
            tags={
                CORRELATION_TAG: request.correlation_id,
                CAUSATION_TAG: request.causation_id,
                RECONCILED_BY_TAG: "command",
            },
            instance=instance,
            raise_on_error=False,
        )
    events = result.all_events
    return LaunchedRun(result.run_id, first_failure(events), tuple(_durations(events)))


def _durations(events: Sequence[dg.DagsterEvent]) -> Iterator[tuple[str, float]]:
    for event in events:
        if event.is_step_success:
            yield str(event.step_key), event.step_success_data.duration_ms / 1_000
