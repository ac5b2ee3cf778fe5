"""Tables as Markdown, for Dagster's metadata."""

from __future__ import annotations

from alchemiser_dagster.reports.table import Table


def to_markdown(table: Table) -> str:
    """Return the table as Markdown; a table without rows says so in a word."""
    if not table.rows:
        return f"**{table.title}**: none"
    rules = ["---:" if column in table.numeric else "---" for column in range(len(table.columns))]
    lines = [_line(table.columns), _line(rules), *(_line(row) for row in table.rows)]
    return f"**{table.title}**\n\n" + "\n".join(lines)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
