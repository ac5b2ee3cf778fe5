"""`alchemiser signals`: what strategies want to hold, session by session. Needs no Dagster and no account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, Unpack

import click
import pandas as pd

from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.cli.strategy_closes import strategy_closes
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.weights import SessionWeights, weights_csv, weights_json, weights_table
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides
from alchemiser_dagster.symphony import Evaluation, evaluate, load

LAST_SESSIONS = 10


class SignalOptions(TypedDict):
    """The options of the command."""

    files: tuple[Path, ...]
    bars: Path | None
    first: datetime | None
    last: datetime | None
    style: str
    settings_file: Path | None


@click.command("signals")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars.")
@click.option("--from", "first", type=DAY, help="First session shown; the last ten by default.")
@click.option("--to", "last", type=DAY, help="Last session shown; the last complete one by default.")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table")
@settings_option
def command(**options: Unpack[SignalOptions]) -> None:
    """Show the target weights of symphony FILES per session."""
    if options["first"] and options["last"] and options["first"] > options["last"]:
        raise click.UsageError("--from is later than --to")
    symphonies = [load(file) for file in options["files"]]
    desk = TradingDesk(load_settings(options["settings_file"], run_overrides(None, options["bars"])))
    evaluations = evaluate(symphonies, strategy_closes(desk, symphonies, options["last"]))
    first = options["first"].date() if options["first"] else None
    names = [file.stem for file in options["files"]]
    rows = [
        list(_session_weights(name, evaluation, first))
        for name, evaluation in zip(names, evaluations, strict=True)
    ]
    _print(rows, options["style"])


def _session_weights(name: str, evaluation: Evaluation, first: date | None) -> Iterator[SessionWeights]:
    sessions = evaluation.sessions
    shown = sessions[sessions >= pd.Timestamp(first)] if first else sessions[-LAST_SESSIONS:]
    targets = evaluation.target_weights.reindex(shown)
    for session, row in zip(shown, targets.to_numpy(), strict=True):
        held = zip(evaluation.symphony.symbols, row, strict=True)
        weights = {symbol: float(weight) for symbol, weight in held if weight > 0}
        reasons = tuple(str(reason) for reason in evaluation.undefined.get(session, ()))
        yield SessionWeights(name, session.date(), weights, reasons)


def _print(rows: list[list[SessionWeights]], style: str) -> None:
    every = [row for found in rows for row in found]
    if style == "csv":
        click.echo(weights_csv(every), nl=False)
    elif style == "json":
        click.echo(weights_json(every))
    else:
        console = terminal()
        for found in rows:
            print_table(console, weights_table(found[0].strategy if found else "no session", found))
