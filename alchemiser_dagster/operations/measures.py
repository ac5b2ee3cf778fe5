"""How runs went, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from alchemiser_dagster.operations.happenings import Happenings
from alchemiser_dagster.operations.orders import OrderMeasure, add_up
from alchemiser_dagster.operations.percentiles import Distribution, distribution
from alchemiser_dagster.operations.readings import StepReading
from alchemiser_dagster.operations.runs import RunMeasure, RunState, timings_of
from alchemiser_dagster.operations.sessions import SessionMeasure
from alchemiser_dagster.operations.trading import TradingMeasure
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money

NOT_KNOWN = "not known"
NOT_COUNTED = frozenset({RunState.SKIPPED, RunState.UNFINISHED})


class Measures(Frozen):
    """How runs went.

    Parameters
    ----------
    runs_by_state
        Trading runs, by how they ended.
    runs_by_trigger, runs_by_job
        All runs; one of which only the end is known counts as "not known".
    success_rate
        Trading runs that did all there was to do, as a fraction of those that ended; skipped ones do not
        count. None where none ended.
    sessions_due, sessions_with_result, sessions_without
        Sessions from the first one that had a run; those without are named, oldest first.
    run_seconds
        What the steps of a trading run took together.
    waited_seconds
        From a run being asked for to its first step.
    seconds_to_first_order
        From a trading run being asked for to the first order that left.
    step_seconds
        Of the steps of all runs that ended well, by name, in the order in which steps are first seen.
    fees
        What the broker took besides, in dollars.
    """

    runs_by_state: Mapping[str, int]
    runs_by_trigger: Mapping[str, int]
    runs_by_job: Mapping[str, int]
    success_rate: float | None
    sessions_due: int
    sessions_with_result: int
    sessions_without: tuple[date, ...]
    run_seconds: Distribution | None
    waited_seconds: Distribution | None
    seconds_to_first_order: Distribution | None
    step_seconds: Mapping[str, Distribution]
    orders: OrderMeasure
    fees: Money
    happenings: Happenings


def measures_of(
    runs: Sequence[RunMeasure],
    trading: Sequence[TradingMeasure],
    sessions: Sequence[SessionMeasure],
    steps: Iterable[StepReading],
    happenings: Happenings,
) -> Measures:
    """Return in numbers how the runs went."""
    timings = {name: distribution(seconds) for name, seconds in timings_of(steps).items()}
    return Measures(
        runs_by_state=_counted(measure.outcome for measure in trading),
        runs_by_trigger=_counted(run.trigger for run in runs),
        runs_by_job=_counted(run.job for run in runs),
        success_rate=success_rate(trading),
        sessions_due=len(sessions),
        sessions_with_result=sum(session.has_result for session in sessions),
        sessions_without=tuple(found.session for found in sessions if not found.has_result),
        run_seconds=_distribution(measure.step_seconds for measure in trading),
        waited_seconds=_distribution(run.waited_seconds for run in runs),
        seconds_to_first_order=_distribution(measure.seconds_to_first_order for measure in trading),
        step_seconds={name: found for name, found in timings.items() if found is not None},
        orders=add_up(session.orders for session in sessions),
        fees=sum((session.fees for session in sessions), Decimal(0)),
        happenings=happenings,
    )


def success_rate(trading: Iterable[TradingMeasure]) -> float | None:
    """Return which fraction did all there was to do; None where none ended, or all were skipped."""
    ended = [measure.outcome for measure in trading if measure.outcome not in NOT_COUNTED]
    return sum(outcome.is_success for outcome in ended) / len(ended) if ended else None


def _counted(names: Iterable[str | None]) -> Mapping[str, int]:
    counted = Counter(NOT_KNOWN if name is None else str(name) for name in names)
    return dict(counted.most_common())


def _distribution(seconds: Iterable[float | None]) -> Distribution | None:
    return distribution(found for found in seconds if found is not None)
