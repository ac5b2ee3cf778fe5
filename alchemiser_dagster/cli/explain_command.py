"""`alchemiser explain`: why a strategy wants what it wants on a session. Needs no Dagster and no account."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, Unpack

import click
import pandas as pd

from alchemiser_dagster.cli.moved_closes import checked_moves, moved_last, moves_text
from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.cli.strategy_closes import strategy_closes
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.reports.console import terminal
from alchemiser_dagster.reports.explanation_markdown import explanation_markdown
from alchemiser_dagster.reports.explanation_sentence import sentence
from alchemiser_dagster.reports.explanation_tree import explanation_tree
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides
from alchemiser_dagster.symphony import Evaluation, LiveBook, Symphony, evaluate, load


class ExplainOptions(TypedDict):
    """The options of the command."""

    file: Path
    session: datetime | None
    bars: Path | None
    moves: dict[str, float]
    style: str
    settings_file: Path | None


@click.command("explain")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--session", type=DAY, help="The session; the last complete one by default.")
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars.")
@click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="SYMBOL=PERCENT",
    callback=checked_moves,
    help="What if this symbol had closed higher or lower? QQQ=-2.1 is 2.1 % lower. May be given again.",
)
@click.option(
    "--format", "style", type=click.Choice(["tree", "markdown", "json", "sentence"]), default="tree"
)
@settings_option
def command(**options: Unpack[ExplainOptions]) -> None:
    """Show why the symphony FILE wants what it wants: each condition, each pick, and how close it was."""
    symphony = load(options["file"])
    desk = TradingDesk(load_settings(options["settings_file"], run_overrides(None, options["bars"])))
    if options["session"]:
        _require_explainable(desk, options["session"].date())
    moves = options["moves"]
    closes = strategy_closes(desk, [symphony], options["session"])
    evaluation = _moved(symphony, closes, moves) if moves else evaluate(symphony, closes)
    session = options["session"] or evaluation.sessions[-1]
    if moves:
        click.echo(f"If {moves_text(moves)}:", err=options["style"] == "json")
    _show(evaluation.explain(session), options["style"])


def _moved(symphony: Symphony, closes: pd.DataFrame, moves: dict[str, float]) -> Evaluation:
    past = evaluate(symphony, closes.iloc[:-1])
    (moved,) = LiveBook([past]).append(moved_last(closes, moves))
    return moved


def _require_explainable(desk: TradingDesk, session: date) -> None:
    """Raise `SessionError` unless the date is a complete session within the history that is used."""
    complete = desk.calendar.last_complete(desk.wall_clock.now())
    if desk.calendar.require(session) > complete:
        raise SessionError(
            f"session {session} is not complete yet", remedy=f"The last complete session is {complete}"
        )
    if session < desk.history_start:
        raise SessionError(
            f"session {session} lies before the history that is used",
            where="market_data.history_start",
            remedy=f"Its first session is {desk.history_start}; choose a later session or an earlier start",
        )


def _show(explanation: Explanation, style: str) -> None:
    match style:
        case "json":
            click.echo(explanation.model_dump_json(indent=2))
        case "markdown":
            click.echo(explanation_markdown(explanation))
        case "sentence":
            click.echo(sentence(explanation))
        case _:
            terminal().print(explanation_tree(explanation))
