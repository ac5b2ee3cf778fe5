"""An explanation in the terminal: a sentence, then the path as a tree."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.reports.explanation_head import headline, verdict
from alchemiser_dagster.reports.explanation_outline import outline
from alchemiser_dagster.reports.lines import Line, Style

COLOURS: dict[Style, str] = {
    "plain": "",
    "strong": "bold",
    "faint": "dim",
    "yes": "green",
    "no": "red",
    "warning": "bold yellow",
}
DEEPEST = 12


def explanation_tree(explanation: Explanation) -> Group:
    """Return what is held, the closest call, and the path below."""
    head = Text.assemble((headline(explanation), "bold"), "\n", verdict(explanation))
    if explanation.is_fragile:
        head.append("  FRAGILE", COLOURS["warning"])
    return Group(head, *_trees(outline(explanation)))


def _trees(lines: Sequence[Line]) -> tuple[Tree, ...]:
    root = Tree("", hide_root=True, guide_style="dim")
    parents = [root]
    for line in lines:
        depth = min(line.depth, DEEPEST, len(parents) - 1)
        del parents[depth + 1 :]
        parents.append(parents[depth].add(_text(line)))
    return (root,)


def _text(line: Line) -> Text:
    deeper = f"(level {line.depth}) " if line.depth > DEEPEST else ""
    return Text.assemble((deeper, "dim"), *((span.text, COLOURS[span.style]) for span in line.spans))
