"""Whether the day can be trusted: books, data, timings, notices, journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from alchemiser_dagster.ledger.run_book import StepRow
from alchemiser_dagster.ledger.told_notices import ToldNotice
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.page import Figure
from alchemiser_dagster.reports.outcomes import reconciliation_table
from alchemiser_dagster.reports.sanity import sanity_table
from alchemiser_dagster.reports.table import Table

SHOWN_HASH = 16
UNKNOWN = "–"


def health_of(facts: DayFacts) -> tuple[Figure, ...]:
    """Return what was compared, what the decision stood on, how long it took, and the journal's head."""
    return tuple(_figures(facts))


def health_tables(facts: DayFacts) -> tuple[Table, ...]:
    """Return the tables that have something to show."""
    records = facts.records
    tables = (
        *((reconciliation_table(records.report),) if records.report else ()),
        *((sanity_table(records.sanity),) if records.sanity else ()),
        _steps_table(facts.steps),
        _told_table(facts.told),
    )
    return tuple(table for table in tables if table.rows)


def _figures(facts: DayFacts) -> Iterator[Figure]:
    yield _books(facts)
    data = facts.records.data
    if data is not None:
        basis = data.price_basis.value.replace("_", " ")
        restated = f", {len(data.restated)} restated" if data.restated else ""
        yield Figure(
            "Data through",
            str(data.last_session),
            f"{len(data.symbols)} symbols from {data.bar_source}{restated}; decided on {basis} prices",
        )
    seconds = [step.duration_seconds for step in facts.steps if step.duration_seconds is not None]
    if seconds:
        yield Figure("Time", f"{sum(seconds):.1f} s", f"in {len(seconds)} steps")
    yield Figure("Journal", f"entry {facts.head.entry:,}", f"head {facts.head.hash[:SHOWN_HASH]}…")


def _books(facts: DayFacts) -> Figure:
    report = facts.records.report
    if report is None:
        return Figure("Books", "not compared", "no comparison was made after this run")
    compared = report.compared
    return Figure(
        "Books",
        "agree" if report.is_clean else "differ",
        f"{compared.orders} orders, {compared.fills} fills, {compared.positions} positions and cash compared",
    )


def _steps_table(steps: tuple[StepRow, ...]) -> Table:
    rows = tuple(
        (
            f"{step.began_at.astimezone(UTC):%H:%M:%S}",
            step.step,
            UNKNOWN if step.duration_seconds is None else f"{step.duration_seconds:.2f}",
            step.state.value,
        )
        for step in steps
    )
    return Table("Steps", ("began (UTC)", "step", "seconds", "state"), rows, frozenset({2}))


def _told_table(told: tuple[ToldNotice, ...]) -> Table:
    rows = tuple(
        (
            f"{row.created_at.astimezone(UTC):%H:%M:%S}",
            row.level,
            row.title,
            "sent" if row.sent_at else "not sent to every channel yet",
        )
        for row in told
    )
    return Table("Notices", ("at (UTC)", "level", "what was said", "state"), rows)
