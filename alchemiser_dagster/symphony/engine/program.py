"""The compiled form of symphonies that are evaluated together, kept by what they mean.

1. A program is a graph and its plan: all that an evaluation needs to know before it sees a close.
2. It depends on the roots' meaning alone, so it is kept under their keys: equal symphonies share it, whatever
   they are called and however they are written.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from alchemiser_dagster.symphony.engine.graph import Graph, graph_of
from alchemiser_dagster.symphony.engine.plan import Plan, plan_of
from alchemiser_dagster.symphony.symphony import Symphony


@dataclass(frozen=True)
class Program:
    """What is computed, in which order, and from which symbols (sorted)."""

    graph: Graph
    plan: Plan
    symbols: tuple[str, ...]


def compiled(symphonies: Sequence[Symphony]) -> Program:
    """Return the program of some symphonies."""
    graph = graph_of(symphony.root for symphony in symphonies)
    symbols = sorted({symbol for symphony in symphonies for symbol in symphony.symbols})
    return Program(graph, plan_of(graph), tuple(symbols))


@dataclass
class Programs:
    """The programs that were used last, at most `capacity` of them."""

    capacity: int = 8
    _kept: OrderedDict[tuple[bytes, ...], Program] = field(default_factory=OrderedDict)

    def of(self, symphonies: Sequence[Symphony]) -> Program:
        """Return the program of some symphonies, compiled where it is not kept."""
        key = tuple(symphony.root.key for symphony in symphonies)
        program = self._kept.pop(key, None) or compiled(symphonies)
        self._kept[key] = program
        if len(self._kept) > self.capacity:
            self._kept.popitem(last=False)
        return program
