"""Lines of words before they are drawn, each with its depth: the same for the terminal and for Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Style = Literal["plain", "strong", "faint", "yes", "no", "warning"]


class Span(NamedTuple):
    """Words of one style."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True)
class Line:
    """A line, and how many lines it lies below the outermost ones."""

    depth: int
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(span.text for span in self.spans)
