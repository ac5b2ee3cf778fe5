"""Tables of how runs went, narrow enough for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from alchemiser_dagster.operations.history import History
from alchemiser_dagster.operations.measures import Measures
from alchemiser_dagster.operations.orders import OrderMeasure
from alchemiser_dagster.operations.percentiles import Distribution
from alchemiser_dagster.operations.sessions import SessionMeasure
from alchemiser_dagster.operations.trading import TradingMeasure
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.reports.table import Table, money
from alchemiser_dagster.sessions import NEW_YORK

NOTHING = "–"
SHORT_ID = 12
MOST_NAMED = 4


def runs_table(history: History, most: int) -> Table:
    """Show the last trading runs, newest first: when they began, orders filled of those placed, slippage."""
    newest = islice(reversed(history.trading), most)
    return Table(
        "Trading runs",
        ("session", "UTC", "outcome", "took s", "orders", "bp", "correlation"),
        tuple(map(_run_row, newest)),
        frozenset({3, 4, 5}),
    )


def measures_table(measures: Measures) -> Table:
    """Show how runs went, a line a measure."""
    return Table("Measures", ("measure", "value"), tuple(_measure_rows(measures)))


def durations_table(measures: Measures) -> Table:
    """Show how long runs and steps took, in seconds."""
    found = {
        "whole run, in steps": measures.run_seconds,
        "asked for to first step": measures.waited_seconds,
        "asked for to first order": measures.seconds_to_first_order,
        **measures.step_seconds,
    }
    rows = tuple(_duration_row(name, numbers) for name, numbers in found.items() if numbers is not None)
    return Table(
        "Durations in seconds", ("of", "count", "median", "p95", "worst"), rows, frozenset({1, 2, 3, 4})
    )


def costs_table(sessions: Sequence[SessionMeasure], most: int) -> Table:
    """Show what the last sessions cost, newest first; those without orders or fees are left out."""
    costly = [session for session in reversed(sessions) if session.orders.placed or session.fees]
    rows = tuple(
        (
            str(session.session),
            _dollars(session.orders.cost),
            _number(session.orders.cost_basis_points),
            money(session.fees),
            _dollars(session.cost_so_far),
            _dollars(session.equity),
        )
        for session in islice(costly, most)
    )
    columns = ("session", "slippage", "bp", "fees", "cost so far", "equity")
    return Table("Costs in dollars", columns, rows, frozenset({1, 2, 3, 4, 5}))


def _run_row(run: TradingMeasure) -> tuple[str, ...]:
    return (
        str(run.session or NOTHING),
        _began(run),
        f"{run.outcome} ({run.code})" if run.code else str(run.outcome),
        _number(run.step_seconds),
        _orders(run.orders),
        _number(run.orders.cost_basis_points),
        run.correlation_id[:SHORT_ID],
    )


def _began(run: TradingMeasure) -> str:
    """Return the time, with the day where it is not the session's."""
    is_same_day = run.began_at.astimezone(NEW_YORK).date() == run.session
    return f"{run.began_at:%H:%M}" if is_same_day else f"{run.began_at:%y-%m-%d %H:%M}"


def _orders(orders: OrderMeasure) -> str:
    """Return how many were filled of how many that the broker has."""
    return f"{orders.filled}/{orders.placed}" if orders.placed else NOTHING


def _measure_rows(measures: Measures) -> Iterator[tuple[str, str]]:
    orders, found = measures.orders, measures.happenings
    rate = measures.success_rate
    yield "success rate", NOTHING if rate is None else f"{rate * 100:.1f} %"
    yield "runs by outcome", _counts(measures.runs_by_state)
    yield "runs by trigger", _counts(measures.runs_by_trigger)
    yield "sessions with a result", f"{measures.sessions_with_result} of {measures.sessions_due}"
    yield "sessions without", _sessions_without(measures)
    yield "orders", f"{orders.placed} placed, {orders.filled} filled, {orders.partly_filled} in part"
    yield "orders not filled", f"{orders.rejected} rejected, {orders.unresolved} open"
    yield "slippage", _slippage(orders)
    yield "fees", f"{money(measures.fees)} USD"
    yield "halts", f"{found.halts}, of which {found.tripped} by itself; now {_halt(found.halt)}"
    yield "breaks", f"{found.breaks}, of which {found.breaks_open} open"
    yield "recoveries", str(found.recoveries)
    yield "failures that go on", str(found.incidents_open)
    yield "notices owed", str(found.notices_owed)


def _halt(level: HaltLevel) -> str:
    return "trading is free" if level is HaltLevel.NONE else level.value


def _sessions_without(measures: Measures) -> str:
    found = [str(session) for session in measures.sessions_without]
    more = f" and {len(found) - MOST_NAMED} before" if len(found) > MOST_NAMED else ""
    return ", ".join(reversed(found[-MOST_NAMED:])) + more if found else "none"


def _slippage(orders: OrderMeasure) -> str:
    if orders.cost is None or orders.cost_basis_points is None:
        return "not known"
    return f"{money(orders.cost)} USD, {orders.cost_basis_points:z.1f} bp"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _duration_row(name: str, numbers: Distribution) -> tuple[str, ...]:
    seconds = (numbers.median, numbers.p95, numbers.worst)
    return (name, str(numbers.count), *(f"{value:,.2f}" for value in seconds))


def _dollars(value: Decimal | None) -> str:
    return NOTHING if value is None else money(value)


def _number(value: Decimal | float | None) -> str:
    return NOTHING if value is None else f"{value:z,.1f}"
