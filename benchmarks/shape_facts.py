"""What shape symphonies really have: counted in their texts and in the graph of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alchemiser_dagster.symphony import parse
from alchemiser_dagster.symphony.engine.graph import Graph, SymbolSeries, graph_of
from alchemiser_dagster.symphony.engine.plan import plan_of

COMMENT_OR_STRING = re.compile(r'"(?:\\.|[^"\\])*"|;[^\n]*')

READING = re.compile(r'\([a-z-]+ "[^"]+" \{[^}]*\}\)')


@dataclass(frozen=True)
class Facts:
    """What shape symphonies really have, together; `depth` is the deepest's.

    Parameters
    ----------
    direct_indicators
        Distinct indicators of symbols, whether conditions read them or filters score assets by them.
    scored_paths
        How many own price paths of blocks rest on no other path, on one level of others, on two, …
    """

    characters: int
    forms: int
    depth: int
    conditions: int
    filters: int
    symbols: int
    readings: int
    direct_indicators: int
    scored_paths: tuple[int, ...]


def facts_of(texts: list[str]) -> Facts:
    """Return what shape texts really have, read off them and off the graph of their symphonies."""
    symphonies = [parse(text) for text in texts]
    graph = graph_of([symphony.root for symphony in symphonies])
    code = [COMMENT_OR_STRING.sub("", text) for text in texts]
    return Facts(
        characters=sum(map(len, texts)),
        forms=sum(text.count("(") for text in code),
        depth=max(map(_depth, code)),
        conditions=sum(len(re.findall(r"\([<>=]", text)) for text in code),
        filters=sum(text.count("(filter") for text in code),
        symbols=len({symbol for symphony in symphonies for symbol in symphony.symbols}),
        readings=len({reading for text in texts for reading in READING.findall(text)}),
        direct_indicators=_direct_indicators(graph),
        scored_paths=_scored_paths(graph),
    )


def _depth(code: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[()]", code):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return deepest


def _direct_indicators(graph: Graph) -> int:
    return sum(isinstance(node.series, SymbolSeries) for node in graph.indicators.nodes)


def _scored_paths(graph: Graph) -> tuple[int, ...]:
    numbers = [sum(stage.indicators.values(), ()) for stage in plan_of(graph).stages]
    series = [{graph.indicators.nodes[number].series for number in level} for level in numbers]
    return tuple(map(len, series[1:]))
