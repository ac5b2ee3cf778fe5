"""`alchemiser symphony show`: what a strategy file is made of, and its tree."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.symphony_facts import counted, facts_table, indicators_table, kinds_table
from alchemiser_dagster.reports.symphony_tree import symphony_tree
from alchemiser_dagster.symphony import Symphony, load
from alchemiser_dagster.symphony.outline.facts import facts_of

DEEPEST_TREE = 250
COLUMNS_PER_LEVEL = 4


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tree/--no-tree", "with_tree", default=True, help="The tree of blocks below the tables.")
@click.option(
    "--depth",
    type=click.IntRange(1, DEEPEST_TREE),
    help="Levels of the tree; by default as many as stay short.",
)
def show(file: Path, *, with_tree: bool, depth: int | None) -> None:
    """Show what a strategy FILE is made of: sizes, symbols, indicators, history needed, the tree."""
    symphony = load(file)
    console = terminal()
    facts = facts_of(symphony)
    for table in (facts_table(facts), kinds_table(facts), indicators_table(facts)):
        print_table(console, table)
    if with_tree:
        _print_tree(console, symphony, depth)


def _print_tree(console: Console, symphony: Symphony, depth: int | None) -> None:
    drawn = symphony_tree(symphony, depth)
    width = max(console.width, terminal().width // 2 + COLUMNS_PER_LEVEL * drawn.levels)
    wide = Console(width=width) if width > console.width else console
    wide.print(drawn.tree)
    if drawn.folded_forms:
        console.print(
            f"{counted(drawn.folded_forms, 'form')} folded: "
            f"--depth {drawn.levels + 1} shows {drawn.levels + 1} levels in full",
            style="dim",
        )
