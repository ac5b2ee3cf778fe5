"""A failed step in words: which one, why, and the code of its error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg

from alchemiser_dagster.assets.stage import ERROR_CODE, EXIT_CODE

REFUSED_CODES = frozenset({"busy", "superseded"})
UNEXPECTED_CODE = "unexpected"


@dataclass(frozen=True)
class StepFailure:
    """The step that failed, and why, in the words of its typed error; `exit_code` is the command line's."""

    step: str
    message: str
    code: str
    exit_code: int = 1

    @property
    def is_refusal(self) -> bool:
        """Whether the run sent nothing because another one had the account."""
        return self.code in REFUSED_CODES


def first_failure(events: Iterable[dg.DagsterEvent]) -> StepFailure | None:
    """Return the first failure among a run's events, or None where there is none."""
    kept = list(events)
    failed = next((event for event in kept if event.is_step_failure), None)
    if failed is None:
        return _run_failure(kept)
    return step_failure(str(failed.step_key), failed)


def step_failure(step: str, event: dg.DagsterEvent) -> StepFailure:
    """Return what a failure event says: the typed error's own words where it was understood."""
    data = event.step_failure_data
    said = data.user_failure_data
    if said is None:
        kind = data.error.cls_name if data.error is not None else "error"
        return StepFailure(step, f"unexpected {kind}", UNEXPECTED_CODE)
    facts = {name: value.value for name, value in said.metadata.items()}
    code, exit_code = str(facts.get(ERROR_CODE, UNEXPECTED_CODE)), facts.get(EXIT_CODE, 1)
    message = said.description or "no reason given"
    return StepFailure(step, message, code, exit_code if isinstance(exit_code, int) else 1)


def raised_failure(step: str, error: BaseException | None) -> StepFailure:
    """Return what an exception says that a step raised."""
    if not isinstance(error, dg.Failure):
        return StepFailure(step, f"unexpected {type(error).__name__}", UNEXPECTED_CODE)
    facts = {name: value.value for name, value in error.metadata.items()}
    return StepFailure(
        step, error.description or "no reason given", str(facts.get(ERROR_CODE, UNEXPECTED_CODE))
    )


def _run_failure(events: list[dg.DagsterEvent]) -> StepFailure | None:
    failed = next((event for event in events if event.is_run_failure), None)
    if failed is None:
        return None
    return StepFailure("run", failed.message or "the run failed", UNEXPECTED_CODE)
