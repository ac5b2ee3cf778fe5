"""From JSON to a whole symphony: a score's root, its name and its rebalance rule (spec sections 6 and 8).

1. `reader` makes values of the text.
2. The outermost object is the root; an export may wrap it once, in "score" or "symphony".
3. `blocks` and `conditions` make the syntax.
4. An error gets the path of the value that it is about: `children[0].children[2].rhs-val`.
"""

from __future__ import annotations

from typing import cast

from alchemiser_dagster.symphony.score.blocks import block
from alchemiser_dagster.symphony.score.members import chosen, member, number, objects, text, wrong
from alchemiser_dagster.symphony.score.places import member_place, path_to
from alchemiser_dagster.symphony.score.reader import read_json
from alchemiser_dagster.symphony.score.values import Object, Value, describe_value
from alchemiser_dagster.symphony.syntax.blocks import Block, WeightEqual
from alchemiser_dagster.symphony.syntax.rebalance import FREQUENCIES, Frequency, Rebalance
from alchemiser_dagster.symphony.syntax.source import MeaningError, Place, Source

USAGE = '{"step": "root", "name": "…", "rebalance": "daily", "children": […]}'
WRAPPERS = ("score", "symphony")


def json_symphony(source: Source) -> tuple[str, Block, Rebalance]:
    """Return a symphony's name, root block and rebalance rule; raise `MeaningError` where it is none."""
    score = read_json(source)
    try:
        return _symphony(_root(score))
    except MeaningError as error:
        if error.place:
            error.path = path_to(source, error.place)
        raise


def _root(score: Value) -> Object:
    place = Place(1, 1)
    if isinstance(score, Object) and "step" not in score.members:
        wrapper = next((key for key in WRAPPERS if member(score, key) is not None), None)
        if wrapper:
            place = member_place(score, wrapper)
            score = score.members[wrapper]
    if isinstance(score, Object):
        return score
    if isinstance(score, str):
        raise MeaningError(
            "this is a string that holds JSON: the symphony was encoded twice",
            place,
            remedy="Decode it once and save the result",
        )
    raise MeaningError(f"expected a symphony, not {describe_value(score)}", place, remedy=f"Write {USAGE}")


def _symphony(root: Object) -> tuple[str, Block, Rebalance]:
    step = text(root, "step", f'"step": "root": {USAGE}')
    if step != "root":
        raise wrong(root, "step", f"the outermost step is root, not {step[:40]}", f"Write {USAGE}")
    name = text(root, "name", '"name": "…"')
    rebalance = _rebalance(root)
    blocks = tuple(block(child) for child in objects(root, "children"))
    if not blocks:
        raise MeaningError("a symphony needs a block", root.place, remedy='Write "children": [{…}]')
    return name, blocks[0] if len(blocks) == 1 else WeightEqual(blocks, root.place), rebalance


def _rebalance(root: Object) -> Rebalance:
    known = (*FREQUENCIES, "none")
    rule = None if member(root, "rebalance") is None else chosen(root, "rebalance", "rebalance rule", known)
    if member(root, "rebalance-corridor-width") is None:
        if rule == "none":
            raise wrong(
                root,
                "rebalance",
                "without a frequency a symphony needs a corridor",
                'Write "rebalance-corridor-width": 0.05, or another "rebalance"',
            )
        return Rebalance(cast("Frequency", rule or "daily"))
    if rule not in (None, "none"):
        raise wrong(
            root,
            "rebalance-corridor-width",
            "a symphony trades by a frequency or by a corridor, not by both",
            'Write "rebalance": "none", or remove the corridor',
        )
    return _by_corridor(root)


def _by_corridor(root: Object) -> Rebalance:
    width = number(root, "rebalance-corridor-width", '"rebalance-corridor-width": 0.05')
    if not 0 < width < 1:
        what = f"the corridor width {width:g} is not between 0 and 1"
        raise wrong(root, "rebalance-corridor-width", what)
    return Rebalance(None, width)
