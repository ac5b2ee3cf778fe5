"""Trading runs as a person counts them: what shares a correlation id is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import fsum

from alchemiser_dagster.operations.orders import OrderMeasure, add_up
from alchemiser_dagster.operations.readings import Readings
from alchemiser_dagster.operations.runs import RunMeasure, RunState
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Trigger


class TradingMeasure(Frozen):
    """A trading run, with those that went on with it under its correlation id.

    Parameters
    ----------
    outcome, code
        Of the last of its runs that ended; `UNFINISHED` where none did.
    runs
        How many runs of it were to order something.
    steps
        What each step of those took together, in seconds.
    step_seconds
        The same of all steps; None where none ended.
    seconds_to_first_order
        From being asked for to the first order that left. None where none left, where it is not known when
        the run was asked for, or where orders go by another clock than the real one.
    """

    correlation_id: str
    session: date | None
    trigger: Trigger | None
    began_at: Instant
    outcome: RunState
    code: str | None
    runs: int
    steps: Mapping[str, float]
    step_seconds: float | None
    waited_seconds: float | None
    seconds_to_first_order: float | None
    orders: OrderMeasure


def trading_measures(
    runs: Sequence[RunMeasure],
    orders: Mapping[tuple[str, date], OrderMeasure],
    readings: Readings,
    *,
    is_real_time: bool,
) -> tuple[TradingMeasure, ...]:
    """Return the trading runs, oldest first.

    Parameters
    ----------
    orders
        What is measured of them, by correlation id and session.
    is_real_time
        Whether orders go by the real clock.
    """
    stories: dict[str, list[RunMeasure]] = defaultdict(list)
    for run in runs:
        if run.is_trading:
            stories[run.correlation_id].append(run)
    own: dict[str, list[OrderMeasure]] = defaultdict(list)
    for (correlation, _), measure in orders.items():
        own[correlation].append(measure)
    asked = {run.run_id: run.launched_at for run in readings.runs} if is_real_time else {}
    return tuple(
        _measure(
            found,
            add_up(own[correlation]),
            _between(asked.get(found[0].run_id), readings.first_sent.get(correlation)),
        )
        for correlation, found in stories.items()
    )


def _measure(runs: Sequence[RunMeasure], orders: OrderMeasure, to_first: float | None) -> TradingMeasure:
    first, ended = runs[0], [run for run in runs if run.state is not RunState.UNFINISHED]
    last = (ended or runs)[-1]
    steps: dict[str, float] = {}
    for run in runs:
        for name, seconds in run.steps.items():
            steps[name] = steps.get(name, 0.0) + seconds
    return TradingMeasure(
        correlation_id=first.correlation_id,
        session=first.session,
        trigger=first.trigger,
        began_at=first.began_at,
        outcome=last.state,
        code=last.code,
        runs=len(runs),
        steps=steps,
        step_seconds=fsum(steps.values()) if steps else None,
        waited_seconds=first.waited_seconds,
        seconds_to_first_order=to_first,
        orders=orders,
    )


def _between(asked: datetime | None, sent: datetime | None) -> float | None:
    if asked is None or sent is None or sent < asked:
        return None
    return (sent - asked).total_seconds()
