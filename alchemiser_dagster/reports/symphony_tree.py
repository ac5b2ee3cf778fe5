"""A symphony as a tree for the terminal, folded where it would be too long to read.

1. A block becomes one row, or several: a chain of "if … else if … else" stands on one level.
2. Rows are added level by level, so that no nesting is too deep. Without a wanted depth, levels are added
   as long as the whole is short; what is folded says how many forms are inside.
3. Of many branches, and of many blocks side by side, the first are shown, unless a depth is wanted.
4. A branch or group that holds one asset alone names it in its own row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.tree import Tree

from alchemiser_dagster.reports.symphony_facts import counted
from alchemiser_dagster.symphony.outline.one_line import LONGEST_LABEL, block_text, condition_text, shortened
from alchemiser_dagster.symphony.outline.sizes import own_forms, sizes_of
from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Group,
    If,
    WeightSpecified,
    children_of,
)
from alchemiser_dagster.symphony.syntax.numerals import number_text
from alchemiser_dagster.symphony.syntax.source import Place

MOST_ROWS = 80
MOST_SIBLINGS = 30
MOST_BRANCHES = 10


@dataclass(frozen=True)
class DrawnTree:
    """A tree ready to be printed, its levels and the forms that are folded away in it."""

    tree: Tree
    levels: int
    folded_forms: int


@dataclass(frozen=True)
class _Row:
    """A line of the tree, its own forms, and the blocks under it, each with the words before it.

    `folded_forms` are those of branches that a line stands for without showing them.
    """

    text: str
    place: Place | None
    own_forms: int
    inside: tuple[tuple[str, Block], ...] = ()
    folded_forms: int = 0


@dataclass(frozen=True)
class _Open:
    """Rows that wait to be added under a line."""

    parent: Tree
    rows: tuple[_Row, ...]


def symphony_tree(symphony: Symphony, depth: int | None = None) -> DrawnTree:
    """Return the tree down to a depth, or without one as deep as it stays short."""
    forms = sizes_of(symphony.root).forms
    tree = Tree(f"[bold]{escape(shortened(symphony.name))}[/bold]", guide_style="dim")
    shortens = depth is None
    level = [_Open(tree, _rows_of([("", symphony.root)], forms, shortens=shortens))]
    shown = levels = folded = 0
    while level:
        shown += sum(len(waiting.rows) for waiting in level)
        if levels == depth or (shortens and levels > 0 and shown > MOST_ROWS):
            folded += sum(_fold(waiting, forms) for waiting in level)
            break
        levels += 1
        folded += sum(row.folded_forms for waiting in level for row in waiting.rows)
        added = [(waiting.parent.add(_label(row)), row) for waiting in level for row in waiting.rows]
        level = [
            _Open(line, _rows_of(row.inside, forms, shortens=shortens)) for line, row in added if row.inside
        ]
    return DrawnTree(tree, levels, folded)


def _rows_of(
    blocks: Sequence[tuple[str, Block]], forms: dict[Block, int], *, shortens: bool
) -> tuple[_Row, ...]:
    """Return the rows of some blocks side by side; shortened, the first of them and one for the rest."""
    rows: list[_Row] = []
    for words, block in blocks:
        own = list(_rows(words, block))
        rows.extend(_few(own, MOST_BRANCHES, "branch", forms) if shortens else own)
    return tuple(_few(rows, MOST_SIBLINGS, "line", forms) if shortens else rows)


def _few(rows: list[_Row], most: int, thing: str, forms: dict[Block, int]) -> list[_Row]:
    """Return the first rows and the last one, and in the place of the others a row that counts them."""
    if len(rows) <= most:
        return rows
    hidden = rows[most - 2 : -1]
    count = counted(len(hidden), f"more {thing}", f"more {thing}{'es' if thing == 'branch' else 's'}")
    return [*rows[: most - 2], _Row(f"… {count}", None, 0, (), _hidden(hidden, forms)), rows[-1]]


def _fold(waiting: _Open, forms: dict[Block, int]) -> int:
    hidden = _hidden(waiting.rows, forms)
    waiting.parent.label = f"{waiting.parent.label} [dim]… {counted(hidden, 'form')} folded[/dim]"
    return hidden


def _hidden(rows: Sequence[_Row], forms: dict[Block, int]) -> int:
    return sum(
        row.own_forms + row.folded_forms + sum(forms[block] for _, block in row.inside) for row in rows
    )


def _label(row: _Row) -> str:
    where = f" [dim]({row.place.words})[/dim]" if row.place else ""
    return f"{escape(row.text)}{where}"


def _rows(words: str, block: Block) -> Iterator[_Row]:
    match block:
        case If():
            yield from _chain(words, block)
        case WeightSpecified():
            shares = (f"{number_text(round(weight * 100, 6))} % " for weight in block.weights)
            inside = tuple(zip(shares, block.children, strict=True))
            yield _Row(f"{words}weight-specified", block.place, 1, inside)
        case Asset(symbol=symbol, label=label):
            name = f"  {shortened(label, LONGEST_LABEL)}" if label else ""
            yield _Row(f"{words}{symbol}{name}", block.place, 1)
        case Group():
            yield _holding(f"{words}{block_text(block)}", block.place, 1, block.children)
        case _:
            inside = tuple(("", child) for child in children_of(block))
            yield _Row(f"{words}{block_text(block)}", block.place, own_forms(block), inside)


def _chain(words: str, block: If) -> Iterator[_Row]:
    opening = f"{words}if"
    while True:
        text = f"{opening} {condition_text(block.condition)}"
        yield _holding(text, block.place, own_forms(block), block.then)
        match block.otherwise:
            case (If() as following,):
                block, opening = following, "else if"
            case otherwise:
                yield _holding("else", None, 0, otherwise)
                return


def _holding(text: str, place: Place | None, forms: int, blocks: tuple[Block, ...]) -> _Row:
    """Return a row that leads to some blocks; nothing, or one asset alone, is named in the row itself."""
    match blocks:
        case ():
            return _Row(f"{text} → cash", place, forms)
        case (Asset(symbol=symbol),):
            return _Row(f"{text} → {symbol}", place, forms + 1)
        case _:
            return _Row(text, place, forms, tuple(("", block) for block in blocks))
