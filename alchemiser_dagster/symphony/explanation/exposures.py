"""How the last close of what a filter scores depends on the last close of each symbol.

1. An asset's close is its symbol's close.
2. A block's own price path moved today by what it held yesterday (spec section 4). So the path's last value
   is a straight line in today's close of each symbol, and its slope is yesterday's weight of the symbol in
   the block. What the block holds today plays no part.
3. A path that begins today knows no return, and moves with nothing.
"""

from __future__ import annotations

from functools import cached_property

from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.explanation.path import parts_on_path
from alchemiser_dagster.symphony.syntax.blocks import Asset, Block
from alchemiser_dagster.symphony.syntax.trampoline import Steps, run

Weights = dict[str, float]


class Exposures:
    """The slopes of scored blocks on one session; each block's weights are found once."""

    def __init__(self, view: SessionView) -> None:
        self._view = view
        self._weights: dict[Block, Weights] = {}

    def slopes(self, block: Block) -> Weights:
        """Return, by symbol, the change of the last close of a block for a move of the symbol by 1, 100 %."""
        closes = self._view.child_closes(block)
        if isinstance(block, Asset):
            return {block.symbol: float(closes[-1])} if len(closes) else {}
        if len(closes) < 2:  # noqa: PLR2004  a path that began today
            return {}
        held = run(self._held(block))
        before = float(closes[-2])
        return {symbol: before * weight * self._growth(symbol) for symbol, weight in held.items()}

    @cached_property
    def _yesterday(self) -> SessionView:
        return SessionView(self._view.columns, self._view.row - 1)

    def _growth(self, symbol: str) -> float:
        closes, row = self._view.columns.closes_of(symbol), self._view.row
        return float(closes[row] / closes[row - 1])

    def _held(self, block: Block) -> Steps[Weights]:
        if isinstance(block, Asset):
            return {block.symbol: 1.0}
        known = self._weights.get(block)
        if known is None:
            known = {}
            for child, share in parts_on_path(self._yesterday, block):
                for symbol, weight in (yield self._held(child)).items():
                    known[symbol] = known.get(symbol, 0.0) + share * weight
            self._weights[block] = known
        return known
