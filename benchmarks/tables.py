"""Markdown tables that read well in a terminal too."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the first column is aligned left, the others right."""
    widths = [max(2, *(len(row[column]) for row in [head, *rows])) for column in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in [head, rule, *rows]) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [row[0].ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return f"| {' | '.join(cells)} |"


def seconds(value: float) -> str:
    """Return a duration with three digits."""
    if value < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:,.0f} s" if value >= 100 else f"{value:.3g} s"


def megabytes(value: float) -> str:
    """Return an amount of memory."""
    return f"{value:.0f} MB"
