"""`alchemiser status`: the state of things, how the last runs ended, and what is held."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from alchemiser_dagster.cli.cockpit import look, why_of
from alchemiser_dagster.cli.cockpit_report import print_cockpit
from alchemiser_dagster.cli.kept_calendar import ShowingDesk
from alchemiser_dagster.cli.options import PREVIEW_PREFIX, settings_option
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.lots import LotBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.outcomes import holdings_table, reconciliation_table
from alchemiser_dagster.reports.standings import standings_table
from alchemiser_dagster.reports.table import Table, money
from alchemiser_dagster.settings import load_settings

UNFINISHED = "not finished"


@click.command("status")
@click.option(
    "--runs", type=click.IntRange(min=1), default=10, show_default=True, help="How many are listed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one object: the state of things, no tables.")
@settings_option
def command(runs: int, settings_file: Path | None, *, as_json: bool) -> None:
    """Show the state of things, the last trading runs, and what the account and each strategy hold."""
    desk = ShowingDesk(load_settings(settings_file))
    if as_json:
        click.echo(look(desk).model_dump_json(indent=2))
        return
    console = terminal()
    print_cockpit(console, look(desk))
    journal, query = desk.journal, RecordQuery(account=desk.settings.account)
    troubles = desk.notifier.troubles(runs)
    print_table(console, _runs_table(tuple(_run_rows(journal, query, troubles, runs))))
    if troubles:
        print_table(console, _troubles_table(troubles))
    report = journal.latest(ReconciliationReport, query)
    if report is not None:
        print_table(console, reconciliation_table(report))
        print_table(console, holdings_table(report))
    standings = LotBook(desk.database).standings(desk.settings.account)
    if standings:
        print_table(console, standings_table(standings))
    unsent = desk.notifier.unsent()
    if unsent:
        console.print(f"[red]{len(unsent)} notices could not be sent[/red]; the oldest: {unsent[0].title}")


def _runs_table(rows: tuple[tuple[str, ...], ...]) -> Table:
    columns = ("session", "outcome", "orders", "sold", "bought", "when (UTC)", "correlation id")
    return Table("Last trading runs", columns, rows, frozenset({2, 3, 4}))


def _troubles_table(troubles: tuple[Notice, ...]) -> Table:
    rows = tuple(
        (
            f"{notice.created_at:%Y-%m-%d %H:%M}",
            notice.title,
            why_of(notice),
            notice.correlation_id,
        )
        for notice in troubles
    )
    return Table("Runs that did not end well", ("told (UTC)", "what", "why", "correlation id"), rows)


def _run_rows(
    journal: Journal, query: RecordQuery, troubles: tuple[Notice, ...], most: int
) -> Iterator[tuple[str, ...]]:
    plans = journal.newest_first(RebalancePlan, query)
    results = {
        (result.envelope.correlation_id, result.plan_id): result
        for result in islice(journal.newest_first(ExecutionResult, query), most)
    }
    ends = {notice.correlation_id: notice.facts.get("outcome", UNFINISHED) for notice in troubles}
    for plan in islice(plans, most):
        envelope = plan.envelope
        result = results.get((envelope.correlation_id, plan.plan_id))
        yield (
            str(plan.session),
            str(result.outcome) if result else ends.get(envelope.correlation_id, _unfinished(envelope)),
            str(len(result.orders)) if result else "–",
            money(result.sold) if result else "–",
            money(result.bought) if result else "–",
            f"{envelope.created_at:%Y-%m-%d %H:%M}",
            envelope.correlation_id,
        )


def _unfinished(envelope: Envelope) -> str:
    return "preview" if envelope.correlation_id.startswith(PREVIEW_PREFIX) else UNFINISHED
