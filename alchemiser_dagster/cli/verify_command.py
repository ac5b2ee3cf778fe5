"""`alchemiser verify`: compute past decisions again. Nothing is written, no source or broker is asked."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.look_back import decision_archive, verdicts_on
from alchemiser_dagster.parity.as_json import verdicts_json
from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.wording import summary, verdict_table
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.settings import load_settings


@click.command("verify")
@click.argument("session", type=DAY, required=False, metavar="[SESSION]")
@click.option("--since", type=DAY, help="Every session from this one on.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects instead of a table.")
@settings_option
def command(
    session: datetime | None, since: datetime | None, settings_file: Path | None, *, as_json: bool
) -> None:
    """Compute the decisions of SESSION again, by default those of the last session that was traded.

    Each is computed from the bars it was made on, with today's code and strategy files, and then from the
    bars known today. Exit code 0 where every decision is equal on its own bars, 1 where one is not.
    """
    if session and since:
        raise click.UsageError("give a session or --since, not both")
    desk = TradingDesk(load_settings(settings_file))
    verdicts = verdicts_on(desk, _decisions(desk, session, since))
    if as_json:
        click.echo(verdicts_json(verdicts))
    else:
        print_table(terminal(), verdict_table(verdicts))
        click.echo(summary(verdicts))
    sys.exit(0 if all(verdict.is_equal for verdict in verdicts) else 1)


def _decisions(
    desk: TradingDesk, session: datetime | None, since: datetime | None
) -> tuple[KeptDecision, ...]:
    archive = decision_archive(desk)
    if session:
        return archive.of_session(desk.calendar.require(session.date()))
    return archive.since(since.date()) if since else archive.of_last_traded()
