"""A place at which two symphonies part on a session, and what each of them does there, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.outline.one_line import block_text, condition_text, placed, shortened
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
    children_of,
)
from alchemiser_dagster.symphony.syntax.conditions import Compound, Condition, Reading
from alchemiser_dagster.symphony.syntax.numerals import number_text
from alchemiser_dagster.symphony.syntax.source import Place

ForkKind = Literal["condition", "picks", "shares", "weights", "blocks"]

LONGEST_LIST = 100
LONGEST_NAME = 40
VERDICTS = {True: "holds", False: "doesn't hold", None: "is undefined"}


@dataclass(frozen=True)
class Fork:
    """Two blocks that stand for each other and part.

    Parameters
    ----------
    kind
        `condition`: different branches; `picks`: a filter chooses others; `shares`: inverse volatility
        weighs otherwise; `weights`: other fixed weights; `blocks`: different things stand there.
    a, b
        The block of A and the one of B.
    place_a, place_b
        Where they stand: two forks of equal blocks at different places are two.
    """

    kind: ForkKind
    a: Block
    b: Block
    place_a: Place | None = field(init=False)
    place_b: Place | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place_a", self.a.place)
        object.__setattr__(self, "place_b", self.b.place)

    def words(self, view_a: SessionView, view_b: SessionView) -> tuple[str, str]:
        """Return what A and B do at this place on a session."""
        if self.kind == "condition" and isinstance(self.a, If) and isinstance(self.b, If):
            a, b = _parting_conditions(self.a.condition, self.b.condition, view_a, view_b)
            return verdict(a, view_a), verdict(b, view_b)
        return deed(self.a, view_a), deed(self.b, view_b)


def verdict(condition: Condition, view: SessionView) -> str:
    """Return a condition, whether it holds on a session, and the values that it compares."""
    text = f"{condition_text(condition)} {VERDICTS[view.holds(condition)]}"
    if isinstance(condition, Compound):
        return text
    sides = (condition.left, condition.right)
    values = [view.reading(side) for side in sides if isinstance(side, Reading)]
    known = " and ".join(f"{value:.4g}" for value in values if not math.isnan(value))
    return f"{text}: {known}" if known else text


def deed(block: Block, view: SessionView) -> str:
    """Return what a block does on a session, in a few words."""
    match block:
        case If():
            return _branch(block, view)
        case Filter() | WeightInverseVolatility():
            return _sharing(block, view)
        case WeightSpecified():
            pairs = zip(block.weights, block.children, strict=True)
            parts = (f"{number_text(weight)} {_named(child)}" for weight, child in pairs)
            return f"gives {_listed(parts)}"
        case WeightEqual() | Group() if children_of(block):
            return f"has {_contents(children_of(block))}"
        case _:
            return f"has {_contents((block,))}"


def _branch(block: If, view: SessionView) -> str:
    branch = view.branch(block)
    if branch is None:
        return verdict(block.condition, view)
    return f"{verdict(block.condition, view)}, so it has {_contents(branch)}"


def _contents(blocks: tuple[Block, ...]) -> str:
    named = _listed(map(_named, blocks)) or "cash"
    return f"{len(blocks)} blocks: {named}" if len(blocks) > 1 else named


def _sharing(block: Filter | WeightInverseVolatility, view: SessionView) -> str:
    if not view.is_defined(block):
        return "is undefined"
    pairs = zip(block.children, view.shares(block), strict=True)
    shared = [(_named(child), share) for child, share in pairs if share > 0]
    if not shared:
        return "has cash"
    if isinstance(block, Filter):
        return f"picks {_listed(name for name, _ in shared)}"
    return f"shares {_listed(f'{name} {share * 100:.2f} %' for name, share in shared)}"


def _listed(parts: Iterable[str]) -> str:
    """Return the parts with commas between them, as many as one line takes."""
    listed: list[str] = []
    length = 0
    for part in parts:
        listed.append(part)
        length += len(part)
        if length > LONGEST_LIST:
            break
    return shortened(", ".join(listed), LONGEST_LIST)


def _named(block: Block) -> str:
    if isinstance(block, Asset):
        return block.symbol
    named = shortened(block_text(block), LONGEST_NAME)
    says_enough = isinstance(block, Group) or not children_of(block)
    return named if says_enough else placed(named, block.place)


def _parting_conditions(
    a: Condition, b: Condition, view_a: SessionView, view_b: SessionView
) -> tuple[Condition, Condition]:
    """Return the innermost conditions that stand for each other and differ on the session."""
    while isinstance(a, Compound) and isinstance(b, Compound):
        if a.connective != b.connective or len(a.conditions) != len(b.conditions):
            break
        pairs = zip(a.conditions, b.conditions, strict=True)
        found = next(((x, y) for x, y in pairs if view_a.holds(x) is not view_b.holds(y)), None)
        if found is None:
            break
        a, b = found
    return a, b


def is_vector(block: Block) -> bool:
    """Return whether a block shares equally among its children, whatever they do."""
    return isinstance(block, WeightEqual | Group)


def plain(block: Block) -> Block:
    """Return the block without labels and wrappings around it that hold nothing else."""
    while not isinstance(block, Asset):
        inside = children_of(block)
        holds_all = is_vector(block) or (isinstance(block, WeightSpecified) and block.weights == (1.0,))
        if len(inside) != 1 or not holds_all:
            break
        block = inside[0]
    return block
