"""How one line of a report calls a block, a condition or a place: short, exact, and never recursive."""

from __future__ import annotations

from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightEqual,
    WeightInverseVolatility,
    kind_of,
)
from alchemiser_dagster.symphony.syntax.conditions import Condition, Indicator
from alchemiser_dagster.symphony.syntax.source import Place
from alchemiser_dagster.symphony.text.condition_writer import indicator_text, pieces_on_one_line

ONE_LINE = 160
LONGEST_LABEL = 60


def score_text(indicator: Indicator) -> str:
    """Return an indicator of no symbol as the text notation writes it: (rsi {:window 10})."""
    return f"({indicator_text(indicator)})"


def condition_text(condition: Condition, longest: int = ONE_LINE) -> str:
    """Return a condition as the text notation writes it; a long one ends in an ellipsis."""
    written: list[str] = []
    length = 0
    for piece in pieces_on_one_line(condition):
        written.append(piece)
        length += len(piece)
        if length > longest:
            break
    return shortened("".join(written), longest)


def shortened(text: str, longest: int = ONE_LINE) -> str:
    """Return a text without line breaks that is at most so long; what is cut off becomes an ellipsis."""
    line = " ".join(text[: longest * 2].split())
    return line if len(line) <= longest and len(text) <= longest * 2 else f"{line[: longest - 1]}…"


def block_text(block: Block) -> str:
    """Return a block's own part in one line, without its children."""
    match block:
        case Asset(symbol=symbol):
            return f"asset {symbol}"
        case WeightEqual(children=()):
            return "cash"
        case _:
            return f"{kind_of(block)} {_own_text(block)}".rstrip()


def _own_text(block: Block) -> str:
    match block:
        case Group(label=label):
            return f'"{shortened(label, LONGEST_LABEL)}"'
        case If(condition=condition):
            return condition_text(condition)
        case Filter():
            return selection_text(block)
        case WeightInverseVolatility(window=window):
            return str(window)
        case _:
            return ""


def selection_text(block: Filter) -> str:
    """Return by what a filter chooses, and how many."""
    return f"{score_text(block.indicator)} (select-{block.side} {block.count})"


def placed(text: str, place: Place | None) -> str:
    """Return a text with its place behind it, where there is one."""
    return f"{text} ({place.words})" if place else text
