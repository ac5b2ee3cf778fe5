"""The structural difference of two symphonies A and B: what was changed, where, from what to what.

1. Both trees are walked together from their roots. Where two blocks have equal keys, all that is inside
   them means the same: only labels can differ.
2. Of two blocks of one kind the own parts are compared, then the children that belong together
   (`alignment.py`). A block that stands whole inside the other one was wrapped, not changed.
3. Blocks of different kinds were replaced. What is gone here and new there was moved.

The walk is a list of what waits, so no nesting is too deep for it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from alchemiser_dagster.symphony.comparison.alignment import aligned, same_inside
from alchemiser_dagster.symphony.comparison.changes import NOTHING, Change, Said, Trail
from alchemiser_dagster.symphony.comparison.condition_difference import condition_changes, indicator_changes
from alchemiser_dagster.symphony.outline.facts import rebalance_text
from alchemiser_dagster.symphony.outline.one_line import LONGEST_LABEL, block_text, shortened
from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightInverseVolatility,
    WeightSpecified,
    children_of,
    kind_of,
)
from alchemiser_dagster.symphony.syntax.numerals import number_text


@dataclass(frozen=True)
class Difference:
    """What differs between two symphonies.

    Parameters
    ----------
    same_meaning
        Whether they want the same on every session and trade on the same ones: their digests are equal.
    changes
        The differences in the order of B's text, names and labels among them.
    """

    same_meaning: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """Two blocks that belong together, and the way to them."""

    a: Block
    b: Block
    trail: Trail


@dataclass(frozen=True, slots=True)
class _Loose:
    """A block that only one of the two has, at the place of the change."""

    key: bytes
    change: Change


_Finding: TypeAlias = Change | _Loose
_Step: TypeAlias = _Match | _Finding


def difference_of(a: Symphony, b: Symphony) -> Difference:
    """Return what differs between two symphonies."""
    findings = [*_head_changes(a, b), *_walk(a.root, b.root)]
    return Difference(a.digest == b.digest, tuple(_with_moves(findings)))


def _head_changes(a: Symphony, b: Symphony) -> Iterator[Change]:
    top = Trail(None, "defsymphony")
    if a.name != b.name:
        yield top.change("name", "of the symphony", Said(a.name), Said(b.name))
    if a.rebalance != b.rebalance:
        rules = Said(rebalance_text(a.rebalance)), Said(rebalance_text(b.rebalance))
        yield top.change("rebalance", "rule", *rules)


def _walk(a: Block, b: Block) -> Iterator[_Finding]:
    waiting: list[_Step] = [_Match(a, b, Trail(None, "root"))]
    compared: set[tuple[int, int]] = set()
    while waiting:
        step = waiting.pop()
        if not isinstance(step, _Match):
            yield step
        elif step.a.key != step.b.key:
            waiting.extend(reversed(list(_differing(step))))
        elif step.a is not step.b and (id(step.a), id(step.b)) not in compared:
            compared.add((id(step.a), id(step.b)))
            waiting.extend(reversed(list(_relabelled(step))))


def _with_moves(findings: list[_Finding]) -> Iterator[Change]:
    """Yield the changes, where a block that is gone here and new there is one that was moved."""
    gone: dict[bytes, deque[int]] = defaultdict(deque)
    for number, finding in enumerate(findings):
        if isinstance(finding, _Loose) and finding.change.kind == "removed":
            gone[finding.key].append(number)
    came_from = {
        number: gone[finding.key].popleft()
        for number, finding in enumerate(findings)
        if isinstance(finding, _Loose) and finding.change.kind == "added" and gone.get(finding.key)
    }
    left = set(came_from.values())
    for number, finding in enumerate(findings):
        if number in came_from:
            yield _moved(_change(findings[came_from[number]]), _change(finding))
        elif number not in left:
            yield _change(finding)


def _change(finding: _Finding) -> Change:
    return finding.change if isinstance(finding, _Loose) else finding


def _moved(gone: Change, new: Change) -> Change:
    return replace(new, kind="moved", was=gone.path, now=new.path, place_a=gone.place_a)


def _differing(match: _Match) -> Iterator[_Step]:
    a, b, trail = match.a, match.b, match.trail
    inside_b, inside_a = same_inside(a, b), same_inside(b, a)
    if inside_b:
        yield trail.change("wrapped", block_text(a), Said(kind_of(a), a.place), _said(b))
        yield _Match(a, inside_b, _into(trail, b, inside_b))
    elif inside_a:
        yield trail.change("unwrapped", block_text(b), _said(a), Said(kind_of(b), b.place))
        yield _Match(inside_a, b, trail)
    elif type(a) is not type(b):
        yield trail.change("replaced", kind_of(a), _said(a), _said(b))
    else:
        yield from _own_changes(a, b, trail)
        for step, (children_a, children_b) in _slots(a, b):
            yield from _children(children_a, children_b, trail.into(step))


def _into(trail: Trail, block: Block, child: Block) -> Trail:
    return trail.into(next(step for step, children in _children_by_slot(block) if child in children))


def _slots(a: Block, b: Block) -> Iterator[tuple[str, tuple[tuple[Block, ...], tuple[Block, ...]]]]:
    for (_, children_a), (step, children_b) in zip(_children_by_slot(a), _children_by_slot(b), strict=True):
        yield step, (children_a, children_b)


def _children_by_slot(block: Block) -> tuple[tuple[str, tuple[Block, ...]], ...]:
    match block:
        case If():
            return ("then", block.then), ("else", block.otherwise)
        case Group():
            return ((block_text(block), block.children),)
        case _:
            return ((kind_of(block), children_of(block)),)


def _own_changes(a: Block, b: Block, trail: Trail) -> Iterator[Change]:
    match a, b:
        case Asset(), Asset():
            yield trail.change("symbol", "held", Said(a.symbol, a.place), Said(b.symbol, b.place))
        case If(), If():
            yield from condition_changes(a.condition, b.condition, trail)
        case Filter(), Filter():
            yield from indicator_changes(a.indicator, b.indicator, "the filter", trail)
            yield from _selection_changes(a, b, trail)
        case WeightInverseVolatility(), WeightInverseVolatility() if a.window != b.window:
            texts = Said(str(a.window), a.place), Said(str(b.window), b.place)
            yield trail.change("window", "of weight-inverse-volatility", *texts)
        case WeightSpecified(), WeightSpecified():
            yield from _weight_changes(a, b, trail)
        case Group(), Group():
            yield from _label_changes(a, b, trail)
        case _:
            pass


def _selection_changes(a: Filter, b: Filter, trail: Trail) -> Iterator[Change]:
    was, now = f"select-{a.side} {a.count}", f"select-{b.side} {b.count}"
    if was != now:
        yield trail.change("selection", "of the filter", Said(was, a.place), Said(now, b.place))


def _weight_changes(a: WeightSpecified, b: WeightSpecified, trail: Trail) -> Iterator[Change]:
    for pair in aligned(a.children, b.children):
        if pair.a is None or pair.b is None:
            continue
        was, now = number_text(a.weights[pair.a]), number_text(b.weights[pair.b])
        if was != now:
            child_a, child_b = a.children[pair.a], b.children[pair.b]
            texts = Said(was, child_a.place), Said(now, child_b.place)
            yield trail.change("weight", f"of {shortened(block_text(child_b), LONGEST_LABEL)}", *texts)


def _children(a: tuple[Block, ...], b: tuple[Block, ...], trail: Trail) -> Iterator[_Step]:
    for pair in aligned(a, b):
        was = None if pair.a is None else a[pair.a]
        now = None if pair.b is None else b[pair.b]
        if was is None and now is not None:
            yield _Loose(now.key, trail.change("added", kind_of(now), NOTHING, _said(now)))
        elif was is not None and now is None:
            yield _Loose(was.key, trail.change("removed", kind_of(was), _said(was), NOTHING))
        elif was is not None and now is not None:
            if pair.moved and pair.a is not None and pair.b is not None:
                texts = Said(f"number {pair.a + 1}", was.place), Said(f"number {pair.b + 1}", now.place)
                yield trail.change("moved", block_text(now), *texts)
            yield _Match(was, now, trail)


def _said(block: Block) -> Said:
    return Said(block_text(block), block.place)


def _relabelled(match: _Match) -> Iterator[_Step]:
    yield from _label_changes(match.a, match.b, match.trail)
    for step, (children_a, children_b) in _slots(match.a, match.b):
        trail = match.trail.into(step)
        for was, now in zip(children_a, children_b, strict=True):
            yield _Match(was, now, trail)


def _label_changes(a: Block, b: Block, trail: Trail) -> Iterator[Change]:
    if isinstance(a, Group | Asset) and isinstance(b, Group | Asset) and a.label != b.label:
        yield trail.change("label", f"of {kind_of(b)}", Said(a.label, a.place), Said(b.label, b.place))
