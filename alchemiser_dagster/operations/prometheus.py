"""A history as numbers for Prometheus. What is not known has no line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from alchemiser_dagster.operations.exposition import Family, Kind, Number, Sample, exposition
from alchemiser_dagster.operations.history import History
from alchemiser_dagster.operations.measures import Measures
from alchemiser_dagster.operations.percentiles import HIGH, MEDIAN, Distribution
from alchemiser_dagster.records.halt import HaltLevel

PREFIX = "alchemiser_"


def prometheus_text(history: History) -> str:
    """Return the history's numbers in the format that Prometheus and node_exporter read.

    Names end in their unit. Those of type counter only grow where the whole history is asked for.
    """
    return exposition(_families(history))


def _families(history: History) -> Iterator[Family]:
    measures = history.measures
    yield from _runs(measures)
    yield from _durations(measures)
    yield from _money(measures)
    yield from _happenings(measures)
    yield from _last(history)


def _runs(measures: Measures) -> Iterator[Family]:
    yield _by("trading_runs_total", "outcome", "Trading runs, by how they ended.", measures.runs_by_state)
    yield _by("runs_total", "job", "All runs, by job.", measures.runs_by_job)
    yield _by("launches_total", "trigger", "All runs, by what launched them.", measures.runs_by_trigger)
    yield _one("success_ratio", "Trading runs that did all there was to do.", measures.success_rate)
    yield _one("sessions_due_total", "Sessions since the first run.", measures.sessions_due, "counter")
    yield _one(
        "sessions_without_result",
        "Sessions in which no run came to a result.",
        len(measures.sessions_without),
    )


def _durations(measures: Measures) -> Iterator[Family]:
    yield _summary("run_duration_seconds", "What a trading run's steps took.", {"": measures.run_seconds})
    yield _summary(
        "run_wait_seconds", "From being asked for to the first step.", {"": measures.waited_seconds}
    )
    yield _summary(
        "first_order_seconds",
        "From a trading run being asked for to its first order.",
        {"": measures.seconds_to_first_order},
    )
    yield _summary("step_duration_seconds", "What a step took.", measures.step_seconds, "step")


def _money(measures: Measures) -> Iterator[Family]:
    orders = measures.orders
    yield _one("orders_placed_total", "Orders that the broker has.", orders.placed, "counter")
    yield _one("orders_filled_total", "Orders filled as a whole.", orders.filled, "counter")
    yield _one("orders_partly_filled_total", "Orders filled in part.", orders.partly_filled, "counter")
    yield _one("orders_rejected_total", "Orders that were refused.", orders.rejected, "counter")
    yield _one("orders_unresolved", "Orders to which something can still happen.", orders.unresolved)
    yield _one("slippage_dollars", "What trading cost beside the middle of the quotes.", orders.cost)
    yield _one("slippage_basis_points", "The same, in relation to what was filled.", orders.cost_basis_points)
    yield _one("fees_dollars", "What the broker took besides.", measures.fees)


def _happenings(measures: Measures) -> Iterator[Family]:
    found = measures.happenings
    yield _one("halts_total", "How often trading was held back.", found.halts, "counter")
    yield _one("recoveries_total", "Recoveries that had something to recover.", found.recoveries, "counter")
    yield _one("breaks_total", "Differences between books and broker.", found.breaks, "counter")
    yield _one("breaks_open", "Differences that lock or halt something now.", found.breaks_open)
    yield _one("notices_owed", "Notices that some service does not have.", found.notices_owed)
    yield _one("incidents_open", "Failures that are not over.", found.incidents_open)
    yield _one("halted", "1 while trading is held back in any way.", int(found.halt is not HaltLevel.NONE))


def _last(history: History) -> Iterator[Family]:
    ended = [measure for measure in history.trading if measure.outcome.is_result]
    began = ended[-1].began_at.timestamp() if ended else None
    worth = [session.equity for session in history.sessions if session.equity is not None]
    yield _one("last_result_timestamp_seconds", "When the last run with a result began.", began)
    yield _one("equity_dollars", "What the account was worth at last.", worth[-1] if worth else None)


def _one(name: str, text: str, value: Number | None, kind: Kind = "gauge") -> Family:
    return Family(PREFIX + name, kind, text, () if value is None else (Sample(value),))


def _by(name: str, label: str, text: str, counts: Mapping[str, int]) -> Family:
    samples = tuple(Sample(count, {label: value.replace(" ", "_")}) for value, count in counts.items())
    return Family(PREFIX + name, "counter", text, samples)


def _summary(
    name: str, text: str, found: Mapping[str, Distribution | None], label: str | None = None
) -> Family:
    samples = (
        sample
        for value, numbers in found.items()
        if numbers is not None
        for sample in _of_summary(numbers, {label: value} if label else {})
    )
    return Family(PREFIX + name, "summary", text, tuple(samples))


def _of_summary(numbers: Distribution, labels: Mapping[str, str]) -> Iterable[Sample]:
    yield Sample(numbers.median, {**labels, "quantile": str(MEDIAN)})
    yield Sample(numbers.p95, {**labels, "quantile": str(HIGH)})
    yield Sample(numbers.worst, {**labels, "quantile": "1.0"})
    yield Sample(numbers.total, labels, "_sum")
    yield Sample(numbers.count, labels, "_count")
