"""`alchemiser approve`: a person's word that a strange decision, or a plan that waits, may go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.cli.typed import TYPED
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.decisions import plan_skips_table, plan_table
from alchemiser_dagster.reports.sanity import sanity_table
from alchemiser_dagster.risk.waiting import Subject, WaitingRoom, approval_hours
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.choices import PlanApproval
from alchemiser_dagster.settings.run_overrides import run_overrides

NEXT = "`alchemiser run` goes on with it until {deadline:%H:%M} UTC; so does Dagster, where it is running."


@dataclass(frozen=True)
class Word:
    """Who approves, why, and the id of what they mean; None for what the command finds."""

    by: str
    reason: str
    subject_id: str | None


def _one_line(_context: click.Context, option: click.Parameter, given: str) -> str:
    text = " ".join(given.split())
    if not text:
        raise click.BadParameter("say it in some words", param=option)
    return text


@click.command("approve")
@click.argument("session", type=DAY, required=False)
@click.option("--by", required=True, callback=_one_line, help="Who approves: a person's name.")
@click.option("--reason", required=True, callback=_one_line, help="Why: it is kept for good.")
@click.option("--subject", "subject_id", help="The id of what is approved, or its beginning, as it was told.")
@settings_option
def command(
    session: datetime | None, by: str, reason: str, subject_id: str | None, settings_file: Path | None
) -> None:
    """Approve what of the SESSION waits: a decision that looks strange, or a plan; today's by default.

    It is shown, and the approval kept in the journal. It covers exactly what was shown and nothing else.
    """
    chosen = session.date() if session else None
    desk = TradingDesk(load_settings(settings_file, run_overrides(chosen, None)))
    console = terminal()
    day, hours = chosen or desk.today, approval_hours(desk.settings, desk.calendar)
    hours.require(day, desk.clock.now())
    subject = _found(desk, day, subject_id)
    _show(console, subject)
    approval = subject.approval
    if approval is not None:
        console.print(f"It is approved already, so nothing was changed: {_shown(approval)}")
        return
    console.print(f"Approved: {_shown(_approve(desk, subject, Word(by, reason, subject_id)))}")
    console.print(NEXT.format(deadline=hours.deadline(day)))


def _found(desk: TradingDesk, session: date, subject_id: str | None) -> Subject:
    room = WaitingRoom(desk.database, desk.settings.account)
    plans_wait = desk.settings.trading.approval is PlanApproval.REQUIRED
    subject = room.subject(session, plans_wait=plans_wait)
    if subject is None:
        raise SessionError(
            "nothing waits for an approval",
            where=f"session {session}",
            remedy="`alchemiser status` shows how the last runs ended; `alchemiser plan` makes a plan",
        )
    if subject_id is not None and not subject.subject_id.startswith(subject_id):
        raise SessionError(
            f"what waits now is {subject.subject_id[:12]}, not {subject_id}",
            where="--subject",
            remedy="Nothing was changed; look at what waits with `alchemiser plan`",
        )
    return subject


def _approve(desk: TradingDesk, subject: Subject, word: Word) -> Approval:
    cause = subject.record.envelope
    identity = RunIdentity(run_id=TYPED, correlation_id=cause.correlation_id)
    approval = Approval(
        envelope=desk.envelope(identity, "approve", [cause.record_id]),
        session=subject.record.session,
        scope=subject.scope,
        subject_id=subject.subject_id,
        by=word.by,
        reason=word.reason,
    )
    ApprovalBook(desk.database).give(approval)
    return approval


def _show(console: Console, subject: Subject) -> None:
    record = subject.record
    if isinstance(record, SanityReport):
        print_table(console, sanity_table(record))
    else:
        print_table(console, plan_table(record))
        if record.skips:
            print_table(console, plan_skips_table(record))


def _shown(approval: Approval) -> str:
    when = approval.envelope.created_at
    return escape(
        f"{approval.scope} {approval.subject_id[:12]}, by {approval.by} on {when:%Y-%m-%d %H:%M} UTC "
        f"({approval.reason})"
    )
