"""From a text to a whole symphony: (defsymphony "name" {options} block …) (spec sections 6 and 8).

1. The reader hands over each bracket as it closes, innermost first.
2. A call of a block, condition or indicator becomes that node at once. A map, a vector and a call of anything
   else stay what they are: what they mean, or whether they are wrong, is known to the bracket around them.
3. What is left in the end must be one definition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from alchemiser_dagster.symphony.syntax.blocks import Block, WeightEqual
from alchemiser_dagster.symphony.syntax.node import Node
from alchemiser_dagster.symphony.syntax.rebalance import FREQUENCIES, Rebalance
from alchemiser_dagster.symphony.syntax.source import MeaningError, Source, unknown
from alchemiser_dagster.symphony.syntax.vocabulary import FORMULAS
from alchemiser_dagster.symphony.text.blocks import BLOCK_BUILDERS, block, settle_vector
from alchemiser_dagster.symphony.text.calls import entries, misplaced, name_of, number, text
from alchemiser_dagster.symphony.text.conditions import CONDITION_BUILDERS
from alchemiser_dagster.symphony.text.forms import Bracket, Item, Keyword, Name, describe
from alchemiser_dagster.symphony.text.indicators import Indicators
from alchemiser_dagster.symphony.text.reader import read

USAGE = '(defsymphony "name" {:rebalance-frequency :daily} block …)'
OPTIONS = ("rebalance-frequency", "rebalance-threshold", "asset-class")
Builders: TypeAlias = Mapping[str, Callable[[Bracket], Node]]
JSON = re.compile(r'\s*\{\s*"')


def text_symphony(source: Source) -> tuple[str, Block, Rebalance]:
    """Return a symphony's name, root block and rebalance rule; raise `MeaningError` where it is none."""
    if JSON.match(source.text):
        raise MeaningError("this is JSON, not the text notation", remedy="Let the file's name end in .json")
    builders: Builders = {**BLOCK_BUILDERS, **CONDITION_BUILDERS, **dict.fromkeys(FORMULAS, Indicators())}
    return _symphony(Bracket(source, -1, "", read(source, partial(_build, builders))))


def _build(builders: Builders, bracket: Bracket) -> Item:
    if bracket.opening == "(" and bracket.items:
        head = bracket.items[0]
        builder = builders.get(head.value) if isinstance(head, Name) else None
        return builder(bracket) if builder else bracket
    if bracket.opening == "[":
        settle_vector(bracket)
    return bracket


def _symphony(file: Bracket) -> tuple[str, Block, Rebalance]:
    if not file.items:
        raise MeaningError("there is no symphony here", remedy=f"Write {USAGE}")
    definition = file.items[0]
    if not isinstance(definition, Bracket) or name_of(definition) != "defsymphony":
        raise _no_definition(file)
    if len(file.items) > 1:
        raise file.wrong(1, "only one (defsymphony …) may stand in a file", "Give it a file of its own")
    return _definition(definition)


def _no_definition(file: Bracket) -> MeaningError:
    first = file.items[0]
    name = name_of(first)
    if isinstance(first, Bracket) and name:
        return first.wrong(0, f"expected defsymphony, not the name {name}", f"Write {USAGE}")
    error = misplaced(file, 0, "(defsymphony …)", "definition", ())
    return MeaningError(error.what, error.place, remedy=f"Write {USAGE}")


def _definition(definition: Bracket) -> tuple[str, Block, Rebalance]:
    if len(definition.items) < 3:  # noqa: PLR2004
        raise MeaningError("a symphony needs a name and a block", definition.place, remedy=f"Write {USAGE}")
    name = text(definition, 1, "the symphony's name")
    options = definition.items[2]
    has_options = isinstance(options, Bracket) and options.opening == "{"
    rebalance = _rebalance(options) if isinstance(options, Bracket) and has_options else Rebalance()
    first = 3 if has_options else 2
    blocks = tuple(block(definition, position) for position in range(first, len(definition.items)))
    if not blocks:
        raise MeaningError("a symphony needs a block", definition.place, remedy=f"Write {USAGE}")
    return name, blocks[0] if len(blocks) == 1 else WeightEqual(blocks, definition.place), rebalance


def _rebalance(options: Bracket) -> Rebalance:
    given = entries(options)
    for option, position in given.items():
        if option not in OPTIONS:
            place = options.place_of(position)
            raise unknown("option", f":{option}", place, [f":{known}" for known in OPTIONS])
    if "asset-class" in given:
        _check_asset_class(options, given["asset-class"] + 1)
    frequency = given.get("rebalance-frequency")
    threshold = given.get("rebalance-threshold")
    if threshold is None:
        return Rebalance() if frequency is None else _by_frequency(options, frequency + 1)
    if frequency is not None and not _is_none(options.items[frequency + 1]):
        raise options.wrong(
            threshold,
            "a symphony trades by a frequency or by a threshold, not by both",
            "Leave one of the two out",
        )
    return _by_threshold(options, threshold + 1)


def _check_asset_class(options: Bracket, position: int) -> None:
    if text(options, position, "an asset class") != "EQUITIES":
        raise options.wrong(position, "only the asset class EQUITIES can be traded")


def _by_frequency(options: Bracket, position: int) -> Rebalance:
    item = options.items[position]
    for frequency in FREQUENCIES:
        if isinstance(item, Keyword) and item.value == frequency:
            return Rebalance(frequency)
    known = ", ".join(f":{frequency}" for frequency in FREQUENCIES)
    raise options.wrong(position, f"{describe(item)} is no rebalance frequency", f"Known are: {known}")


def _by_threshold(options: Bracket, position: int) -> Rebalance:
    threshold = number(options, position, "a threshold such as 0.05")
    if not 0 < threshold < 1:
        raise options.wrong(
            position,
            f"the rebalance threshold {threshold:g} is not between 0 and 1",
            "It is a fraction: 0.05 is five percentage points",
        )
    return Rebalance(None, threshold)


def _is_none(item: Item) -> bool:
    return isinstance(item, Keyword) and item.value == "none"
