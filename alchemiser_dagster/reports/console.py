"""Tables in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as RichTable

from alchemiser_dagster.reports.table import Table


def print_table(console: Console, table: Table) -> None:
    """Draw the table; one without rows is a line."""
    if not table.rows:
        console.print(f"[bold]{table.title}[/bold]: none")
        return
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold", header_style="dim")
    for position, column in enumerate(table.columns):
        drawn.add_column(column, justify="right" if position in table.numeric else "left")
    for row in table.rows:
        drawn.add_row(*row)
    console.print(drawn)
