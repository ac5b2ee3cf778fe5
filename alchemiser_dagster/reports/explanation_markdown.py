"""An explanation as Markdown: a sentence, then the path as a nested list.

What stands apart in a line stays apart: a gap is a wide space, for a browser draws two spaces as one.
"""

from __future__ import annotations

import re

from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.reports.explanation_head import headline, verdict
from alchemiser_dagster.reports.explanation_outline import outline
from alchemiser_dagster.reports.lines import Line, Span

DEEPEST = 12
GAP = "  "
WIDE_SPACE = "\N{EM SPACE}"
MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]<>#|~&$])")


def explanation_markdown(explanation: Explanation) -> str:
    """Return what is held, the closest call, and the path below."""
    fragile = " **Fragile.**" if explanation.is_fragile else ""
    head = f"**{_escaped(headline(explanation))}**\n\n{_escaped(verdict(explanation))}{fragile}"
    items = "\n".join(_item(line) for line in outline(explanation))
    return f"{head}\n\n{items}" if items else head


def _item(line: Line) -> str:
    depth = min(line.depth, DEEPEST)
    deeper = f"(level {line.depth}) " if line.depth > DEEPEST else ""
    return f"{'    ' * depth}- {deeper}{''.join(_marked(span) for span in line.spans)}"


def _marked(span: Span) -> str:
    words = span.text.strip()
    if not words:
        return span.text
    before = span.text[: len(span.text) - len(span.text.lstrip())].replace(GAP, WIDE_SPACE)
    after = span.text[len(span.text.rstrip()) :]
    mark = {"strong": "**", "yes": "**", "no": "**", "warning": "**", "faint": "*", "plain": ""}[span.style]
    return f"{before}{mark}{_escaped(words)}{mark}{after}"


def _escaped(text: str) -> str:
    return MEANS_SOMETHING.sub(r"\\\1", text)
