"""Tables in the terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table as RichTable

from alchemiser_dagster.reports.table import Table

NARROWEST_FILE = 120


def terminal() -> Console:
    """Return a console as wide as the terminal; output that goes to a file is 120 columns wide."""
    console = Console()
    return console if console.is_terminal else Console(width=NARROWEST_FILE)


def print_table(console: Console, table: Table) -> None:
    """Draw the table; one without rows is a line."""
    if not table.rows:
        console.print(f"[bold]{escape(table.title)}[/bold] [dim](nothing to list)[/dim]")
        return
    drawn = RichTable(box=SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for position, column in enumerate(table.columns):
        justify: JustifyMethod = "right" if position in table.numeric else "left"
        drawn.add_column(column, justify=justify, overflow="fold")
    for row in table.rows:
        drawn.add_row(*(escape(cell) for cell in row))
    console.print(f"[bold]{escape(table.title)}[/bold]")
    console.print(drawn)
