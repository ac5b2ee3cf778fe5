"""The path that a decision takes: of a block, the children that matter on a session, each with its share."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    If,
    WeightInverseVolatility,
    WeightSpecified,
)

Part = tuple[Block, float]


def parts_on_path(view: SessionView, block: Block) -> tuple[Part, ...]:
    """Return the children that get something of a block, each with its fraction of it.

    Of an `if` they are the branch taken, of a filter those picked. Empty for an asset, for cash, and where
    what decides is undefined.
    """
    match block:
        case Asset():
            return ()
        case If():
            return _equally(view.branch(block) or ())
        case WeightSpecified():
            return _positive(block.children, block.weights)
        case Filter() | WeightInverseVolatility():
            return _positive(block.children, view.shares(block))
        case _:
            return _equally(block.children)


def _equally(blocks: Sequence[Block]) -> tuple[Part, ...]:
    return tuple((block, 1.0 / len(blocks)) for block in blocks)


def _positive(blocks: Sequence[Block], shares: Sequence[float]) -> tuple[Part, ...]:
    return tuple((block, share) for block, share in zip(blocks, shares, strict=True) if share > 0)
