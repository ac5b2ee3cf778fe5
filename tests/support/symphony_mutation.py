"""Random symphonies with one part exchanged, as trees of tuples (see `symphony_random`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from support.symphony_random import Tree, blocks, conditions, text_of

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Symphony, parse

Path = tuple[int, ...]

CHILDREN = {"vector": (1,), "weight-equal": (1,), "group": (2,), "weight-inverse-volatility": (2,)}
CHILDREN |= {"if": (2, 3), "filter": (5,)}


def block_paths(block: Tree, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each block, the block itself first."""
    yield path
    if block[0] == "weight-specified":
        for number, (_, child) in enumerate(block[1]):
            yield from block_paths(child, (*path, 1, number, 1))
    for slot in CHILDREN.get(block[0], ()):
        for number, child in enumerate(block[slot]):
            yield from block_paths(child, (*path, slot, number))


def part_at(tree: Any, path: Path) -> Any:
    return part_at(tree[path[0]], path[1:]) if path else tree


def exchanged(tree: Any, path: Path, new: Any) -> Any:
    """Return the tree with another part at the end of the way."""
    if not path:
        return new
    parts = list(tree)
    parts[path[0]] = exchanged(parts[path[0]], path[1:], new)
    return tuple(parts) if isinstance(tree, tuple) else parts


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """A symphony, and the same with one block or one condition drawn anew."""
    root = draw(blocks())
    path = draw(st.sampled_from(list(block_paths(root))))
    if part_at(root, path)[0] == "if" and draw(st.booleans()):
        return root, exchanged(root, (*path, 1), draw(conditions()))
    return root, exchanged(root, path, draw(blocks()))


@st.composite
def other_leaves(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """A symphony, and the same with one asset exchanged for EEE."""
    root = draw(blocks())
    leaves = [path for path in block_paths(root) if part_at(root, path)[0] == "asset"]
    if not leaves:
        return root, root
    return root, exchanged(root, draw(st.sampled_from(leaves)), ("asset", "EEE"))


def legible(tree: Tree) -> Symphony:
    """The symphony of a tree; the exchange may have made one that is none, which is passed over."""
    try:
        return parse(text_of(tree))
    except StrategyError:
        assume(condition=False)
        raise
