"""Runs: what each was, how it ended and how long its steps took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from math import fsum

from alchemiser_dagster.ledger.known_stories import TRADING_JOBS
from alchemiser_dagster.ledger.run_book import StepState
from alchemiser_dagster.operations.readings import EndReading, Readings, RunReading, StepReading
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Outcome, Trigger


class RunState(StrEnum):
    """How a run ended: with the outcome of a trading run, or just well; or that it never did."""

    TRADED = "traded"
    NOTHING_TO_DO = "nothing to do"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    FAILED = "failed"
    ENDED = "ended"
    UNFINISHED = "not finished"

    @property
    def is_success(self) -> bool:
        """Whether the run did all that there was to do (R-02)."""
        return self in {RunState.TRADED, RunState.NOTHING_TO_DO, RunState.ENDED}

    @property
    def is_result(self) -> bool:
        """Whether a trading run came to a result, be it a partial one."""
        return self in {RunState.TRADED, RunState.NOTHING_TO_DO, RunState.PARTIAL}


class RunMeasure(Frozen):
    """One run.

    Parameters
    ----------
    job, trigger
        None of a run of which only the end is known.
    is_trading
        Whether it was to order something.
    code
        The code of its error; None where it had none.
    steps
        What each step took in seconds, all its attempts together, on a clock that never goes back.
    step_seconds
        What they took together; what the orchestrator spends between them is not in it. None where no step
        ended.
    waited_seconds
        From being asked for to its first step; None where it is not known when it was asked for.
    """

    run_id: str
    correlation_id: str
    job: str | None
    trigger: Trigger | None
    session: date | None
    began_at: Instant
    state: RunState
    is_trading: bool
    code: str | None
    steps: Mapping[str, float]
    step_seconds: float | None
    waited_seconds: float | None


def run_measures(readings: Readings) -> tuple[RunMeasure, ...]:
    """Return all runs, oldest first."""
    steps: dict[str, list[StepReading]] = defaultdict(list)
    for step in readings.steps:
        steps[step.run_id].append(step)
    ends = {end.run_id: end for end in readings.ends}
    known = {run.run_id for run in readings.runs}
    begun = (_begun(run, steps[run.run_id], ends.get(run.run_id)) for run in readings.runs)
    others = (_only_ended(end) for end in readings.ends if end.run_id not in known)
    return tuple(sorted([*begun, *others], key=lambda run: run.began_at))


def timings_of(steps: Iterable[StepReading]) -> Mapping[str, Sequence[float]]:
    """Return the seconds of each attempt that ended well, by the step's name."""
    found: dict[str, list[float]] = defaultdict(list)
    for step in steps:
        if step.state == StepState.ENDED and step.duration_seconds is not None:
            found[step.step].append(step.duration_seconds)
    return found


def _begun(run: RunReading, steps: Sequence[StepReading], end: EndReading | None) -> RunMeasure:
    failed = _failed(steps)
    is_trading = run.job in TRADING_JOBS or end is not None
    seconds = _seconds(steps)
    return RunMeasure(
        run_id=run.run_id,
        correlation_id=run.correlation_id,
        job=run.job,
        trigger=Trigger(run.trigger),
        session=run.session,
        began_at=run.began_at,
        state=_state(steps, end, is_trading=is_trading),
        is_trading=is_trading,
        code=_code(end) or (failed.code if failed else None),
        steps=seconds,
        step_seconds=fsum(seconds.values()) if seconds else None,
        waited_seconds=_waited(run),
    )


def _only_ended(end: EndReading) -> RunMeasure:
    return RunMeasure(
        run_id=end.run_id,
        correlation_id=end.correlation_id,
        job=None,
        trigger=None,
        session=end.session,
        began_at=end.at,
        state=RunState(end.outcome),
        is_trading=True,
        code=_code(end),
        steps={},
        step_seconds=None,
        waited_seconds=None,
    )


def _state(steps: Sequence[StepReading], end: EndReading | None, *, is_trading: bool) -> RunState:
    if end is not None:
        return RunState(end.outcome)
    if _failed(steps) is not None:
        return RunState.FAILED
    is_open = any(state == StepState.STARTED for state in _last_attempts(steps).values())
    return RunState.UNFINISHED if is_trading or is_open or not steps else RunState.ENDED


def _seconds(steps: Sequence[StepReading]) -> dict[str, float]:
    found: dict[str, float] = {}
    for step in steps:
        if step.duration_seconds is not None:
            found[step.step] = found.get(step.step, 0.0) + step.duration_seconds
    return found


def _failed(steps: Sequence[StepReading]) -> StepReading | None:
    last = _last_attempts(steps)
    return next((step for step in steps if step.state == last[step.step] == StepState.FAILED), None)


def _last_attempts(steps: Sequence[StepReading]) -> Mapping[str, str]:
    return {step.step: step.state for step in sorted(steps, key=lambda step: step.attempt)}


def _code(end: EndReading | None) -> str | None:
    is_error = end is not None and not Outcome(end.outcome).is_success
    return end.code if end is not None and is_error and end.code != "none" else None


def _waited(run: RunReading) -> float | None:
    if run.launched_at is None:
        return None
    seconds = (run.began_at - run.launched_at).total_seconds()
    return seconds if seconds >= 0 else None
