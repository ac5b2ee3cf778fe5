"""Writes a symphony as a score in JSON (spec section 8).

1. Each kind of block is one object, on a line of its own with its children on the lines below; all wait on an
   explicit stack, so that nesting has no limit.
2. The keys are those of the newer style. A single comparison stands in the flat keys of its `if-child`, which
   every reader of scores knows; only a compound condition needs the object `condition`
   (`condition_writer`).
3. Every object has an `id`, for importers demand one: the UUID of version 5 of its parent's id and its own
   position, so that the same symphony is always written the same.
4. A weight is a fraction of whole numbers where one is the very same number, else the number over 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias
from uuid import UUID, uuid5

from alchemiser_dagster.symphony.score.condition_writer import (
    branch_members,
    filter_members,
    json_text,
)
from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
)
from alchemiser_dagster.symphony.syntax.conditions import Condition
from alchemiser_dagster.symphony.syntax.numerals import number_text
from alchemiser_dagster.symphony.syntax.rebalance import Rebalance

SCORES = UUID("6f1ff0a3-6a0c-5a64-9d3c-0f8d4b0f2b7e")
DEEPEST_COLUMN = 40
DENOMINATORS = (100, 1_000, 10_000, 100_000, 1_000_000)
LARGEST_DENOMINATOR = 1_000


@dataclass(frozen=True, slots=True)
class _Branch:
    """An `if-child`; without a condition it is the second one."""

    condition: Condition | None
    blocks: tuple[Block, ...]


class _Object(NamedTuple):
    """What is written between two braces: members as written, and children, None where it can't have any."""

    members: Sequence[str]
    children: Sequence[_Child] | None = None


class _Child(NamedTuple):
    """A child of an object, and its weight if its parent gives it one."""

    subject: Block | _Branch
    weight: float | None = None


class _Waiting(NamedTuple):
    """A child that is still to be written, with the id and the column that it will have."""

    child: _Child
    identity: UUID
    column: int


Part: TypeAlias = "str | _Waiting"


def to_json(symphony: Symphony) -> str:
    """Return the symphony as a score: what is read from it has the same name, rule, labels and digest."""
    root = _Object(_root_members(symphony), (_Child(symphony.root),))
    identity = uuid5(SCORES, symphony.digest)
    pieces: list[str] = []
    waiting: list[Part] = ["\n", *reversed(_written(root, identity, 0))]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            pieces.append(part)
        else:
            pieces.append("\n" + " " * min(part.column, DEEPEST_COLUMN))
            waiting.extend(reversed(_written(_object(part.child), part.identity, part.column)))
    return "".join(pieces)


def _written(written: _Object, identity: UUID, column: int) -> list[Part]:
    head = ", ".join((f'"id": "{identity}"', *written.members))
    if written.children is None:
        return [f"{{{head}}}"]
    parts: list[Part] = [f'{{{head}, "children": [']
    for position, child in enumerate(written.children):
        if position:
            parts.append(",")
        parts.append(_Waiting(child, uuid5(identity, str(position)), column + 1))
    return [*parts, "]}"]


def _root_members(symphony: Symphony) -> list[str]:
    name = f'"name": {json_text(symphony.name)}'
    return ['"step": "root"', name, '"description": ""', *_rule(symphony.rebalance)]


def _rule(rebalance: Rebalance) -> list[str]:
    if rebalance.threshold is None:
        return [f'"rebalance": "{rebalance.frequency}"']
    return ['"rebalance": "none"', f'"rebalance-corridor-width": {number_text(rebalance.threshold)}']


def _object(child: _Child) -> _Object:
    written = _branch(child.subject) if isinstance(child.subject, _Branch) else _block(child.subject)
    if child.weight is None:
        return written
    numerator, denominator = fraction_of(child.weight)
    weight = f'"weight": {{"num": {numerator}, "den": {denominator}}}'
    return _Object((*written.members, weight), written.children)


def _branch(branch: _Branch) -> _Object:
    is_other = branch.condition is None
    said = [] if branch.condition is None else branch_members(branch.condition)
    members = ['"step": "if-child"', f'"is-else-condition?": {"true" if is_other else "false"}', *said]
    return _Object(members, tuple(map(_Child, branch.blocks)))


def _block(block: Block) -> _Object:
    match block:
        case Asset(symbol=symbol, label=label):
            name = [] if label is None else [f'"name": {json_text(label)}']
            return _Object(['"step": "asset"', f'"ticker": {json_text(symbol)}', *name])
        case WeightEqual(children=()):
            return _Object(['"step": "empty"'])
        case If(condition=condition, then=then, otherwise=otherwise):
            branches = _Branch(condition, then), _Branch(None, otherwise)
            return _Object(['"step": "if"'], tuple(map(_Child, branches)))
        case WeightSpecified(weights=weights, children=children):
            return _Object(['"step": "wt-cash-specified"'], tuple(map(_Child, children, weights)))
    return _Object(_members(block), tuple(map(_Child, block.children)))


def _members(block: WeightEqual | WeightInverseVolatility | Group | Filter) -> list[str]:
    match block:
        case WeightEqual():
            return ['"step": "wt-cash-equal"']
        case WeightInverseVolatility(window=window):
            return ['"step": "wt-inverse-vol"', f'"window-days": {window}']
        case Group(label=label):
            return ['"step": "group"', f'"name": {json_text(label)}']
        case Filter():
            return ['"step": "filter"', *filter_members(block)]


def fraction_of(weight: float) -> tuple[str, str]:
    """Return numerator and denominator whose quotient is the very same number, hundredths if they can be."""
    exact = Fraction(repr(weight))
    for denominator in DENOMINATORS:
        if (exact * denominator).denominator == 1 and repr(weight) != "-0.0":
            return str(exact * denominator), str(denominator)
    near = exact.limit_denominator(LARGEST_DENOMINATOR)
    if repr(near.numerator / near.denominator) == repr(weight):
        return str(near.numerator), str(near.denominator)
    return number_text(weight), "1"
