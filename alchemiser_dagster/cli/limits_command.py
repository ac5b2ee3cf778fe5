"""`alchemiser limits`: each limit, its ceiling, what today has used of it; and the record of a review."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.cli.typed import typed_envelope
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.ledger.admissions import AdmissionBook
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.halt import halt_in_words
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.limits import LimitsReport, limits_json, limits_table
from alchemiser_dagster.risk.account_view import AccountView, look_at
from alchemiser_dagster.risk.base_equity import base_equity_of
from alchemiser_dagster.risk.limit_use import Today, limit_lines
from alchemiser_dagster.risk.review import last_review, limits_digest, review_in_words
from alchemiser_dagster.risk.session_use import SessionUse
from alchemiser_dagster.risk.tripping import failures_in_a_row
from alchemiser_dagster.settings.loading import load_settings_of_books

REGULAR = "regular review"


def _one_line(_context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    if given is None:
        return None
    text = " ".join(given.split())
    if not text:
        raise click.BadParameter("say it in some words", param=option)
    return text


@click.command("limits")
@click.option(
    "--reviewed", is_flag=True, help="Keep in the journal that a person has looked at these limits."
)
@click.option("--by", callback=_one_line, help="With --reviewed: who has looked at them.")
@click.option("--reason", callback=_one_line, help=f"With --reviewed: why; by default “{REGULAR}”.")
@click.option("--json", "as_json", is_flag=True, help="Print an object instead of a table.")
@settings_option
def command(
    by: str | None, reason: str | None, settings_file: Path | None, *, reviewed: bool, as_json: bool
) -> None:
    """Show every limit, its ceiling in code, and what the session has used of it.

    Live trading needs a review of exactly these limits: one that is changed has to be looked at again.
    """
    if reviewed != (by is not None) or (reason is not None and not reviewed):
        raise click.UsageError("--reviewed goes with --by NAME, and --reason TEXT with both")
    desk = TradingDesk(load_settings_of_books(settings_file))
    if by is not None:
        ApprovalBook(desk.database).give(_review(desk, by, reason or REGULAR))
    report = _report(desk)
    if as_json:
        click.echo(limits_json(report))
    else:
        _show(terminal(), report)


def _review(desk: TradingDesk, by: str, reason: str) -> Approval:
    envelope = typed_envelope(desk)
    return Approval(
        envelope=envelope,
        session=desk.calendar.session_at(envelope.created_at),
        scope=ApprovalScope.LIMITS,
        subject_id=limits_digest(desk.settings.risk),
        by=by,
        reason=reason,
    )


def _report(desk: TradingDesk) -> LimitsReport:
    account, database = desk.settings.account, desk.database
    unasked: str | None = None
    view: AccountView | None = None
    base: Decimal | None = None
    try:
        view = look_at(desk.reader, desk.clock, {})
        previous = desk.calendar.previous(desk.today)
        base = base_equity_of(view.account, desk.reader, desk.journal, previous)
    except AlchemiserError as error:
        unasked = error.what
    today = Today(
        now=desk.wall_clock.now(),
        use=SessionUse(AdmissionBook(database).of_session(account, desk.today)),
        view=view,
        base_equity=base,
        failed_runs=len(failures_in_a_row(database, account)),
        review=last_review(desk.journal, account),
    )
    return LimitsReport(
        mode=desk.settings.mode.value,
        session=desk.today.isoformat(),
        limits=desk.settings.risk,
        lines=limit_lines(desk.settings.risk, today),
        today=today,
        halt=desk.halt,
        locked=BreakBook(database).locked_symbols(account),
        unasked=unasked,
    )


def _show(console: Console, report: LimitsReport) -> None:
    console.print(f"mode {report.mode}, session {report.session}")
    print_table(console, limits_table(report.lines))
    if report.unasked is not None:
        console.print(f"[red]the broker was not asked[/red]: {escape(report.unasked)}")
    console.print(f"halt:   {escape(halt_in_words(report.halt))}")
    console.print(f"locked: {escape(', '.join(report.locked) or 'nothing')}")
    told = review_in_words(report.today.review, report.limits, report.today.now)
    console.print(f"review: {escape(told)}")
