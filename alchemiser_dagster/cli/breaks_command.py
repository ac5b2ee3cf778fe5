"""`alchemiser breaks`: what differs between books and broker, and a person's word that it may stay."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.cli.typed import TYPED
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.break_book import BreakBook, BreakState, KeptBreak
from alchemiser_dagster.records.break_acceptance import BreakAcceptance
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.reconciliation import breaks_table
from alchemiser_dagster.settings import load_settings


def _one_line(_context: click.Context, option: click.Parameter, given: str) -> str:
    text = " ".join(given.split())
    if not text:
        raise click.BadParameter("say it in some words", param=option)
    return text


@click.group("breaks", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="List past ones and notes too.")
@settings_option
@click.pass_context
def command(context: click.Context, settings_file: Path | None, *, everything: bool) -> None:
    """List what differs between books and broker: it locks its symbols until it clears or is accepted."""
    if context.invoked_subcommand is not None:
        return
    desk = TradingDesk(load_settings(settings_file))
    book, account = BreakBook(desk.database), desk.settings.account
    print_table(terminal(), breaks_table(book.history(account) if everything else book.open_breaks(account)))


@command.command("accept")
@click.argument("break_id", metavar="ID")
@click.option("--by", required=True, callback=_one_line, help="Who accepts it: a person's name.")
@click.option("--reason", required=True, callback=_one_line, help="Why: it is kept for good.")
@settings_option
def accept(break_id: str, by: str, reason: str, settings_file: Path | None) -> None:
    """Accept a break: take it into the books, and lock its symbol no longer.

    ID is the break's id or its beginning. A halt that the break tripped stays until `alchemiser resume`.
    """
    desk = TradingDesk(load_settings(settings_file))
    book = BreakBook(desk.database)
    kept = book.find(desk.settings.account, break_id)
    acceptance = _acceptance(desk, book, kept, (by, reason))
    console = terminal()
    if not book.accept(acceptance):
        accepted = book.find(desk.settings.account, kept.break_id)
        console.print(
            f"It was accepted already, by {accepted.resolved_by}; nothing was changed", markup=False
        )
        return
    console.print(f"Accepted, by {by}: {kept.severity} {kept.kind}, {kept.message}", markup=False)
    for entry in acceptance.posted:
        console.print(f"Posted: {entry.description}", markup=False)


def _acceptance(
    desk: TradingDesk, book: BreakBook, kept: KeptBreak, word: tuple[str, str]
) -> BreakAcceptance:
    by, reason = word
    is_open = kept.state is BreakState.OPEN
    identity = RunIdentity(run_id=TYPED, correlation_id=derived_id("accepted break", kept.break_id))
    return BreakAcceptance(
        envelope=desk.envelope(identity, "breaks accept", [kept.report_id]),
        session=kept.session,
        break_id=kept.break_id,
        by=by,
        reason=reason,
        posted=book.adjustments(kept) if is_open else (),
    )
