"""What differs between two conditions, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from alchemiser_dagster.symphony.comparison.alignment import aligned
from alchemiser_dagster.symphony.comparison.changes import NOTHING, Change, ChangeKind, Said, Trail
from alchemiser_dagster.symphony.outline.one_line import (
    condition_text,
    score_text,
)
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Compound, Condition, Indicator, Reading
from alchemiser_dagster.symphony.syntax.numerals import number_text
from alchemiser_dagster.symphony.text.condition_writer import operand_text, reading_text

FEW_CHANGES = 2

Step: TypeAlias = Change | tuple[Condition, Condition]


def condition_changes(a: Condition, b: Condition, trail: Trail) -> list[Change]:
    """Return what differs between two conditions, in the order of B; nothing where they mean the same."""
    changes: list[Change] = []
    waiting: list[Step] = [(a, b)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Change):
            changes.append(item)
        else:
            waiting.extend(reversed(list(_differing(*item, trail))))
    return changes


def indicator_changes(a: Indicator, b: Indicator, of: str, trail: Trail) -> Iterator[Change]:
    """Yield what differs between two indicators; `of` says what they are taken of."""
    if a.name != b.name:
        yield trail.change(
            "indicator", f"of {of}", Said(score_text(a), a.place), Said(score_text(b), b.place)
        )
        return
    for name, was, now in zip(a.formula.parameters, a.parameters, b.parameters, strict=True):
        texts = number_text(was), number_text(now)
        if texts[0] != texts[1]:
            kind: ChangeKind = "window" if name.endswith("window") else "parameter"
            what = f":{name} of {a.name} of {of}"
            yield trail.change(kind, what, Said(texts[0], a.place), Said(texts[1], b.place))


def _differing(a: Condition, b: Condition, trail: Trail) -> Iterator[Step]:
    if a == b:
        return
    if isinstance(a, Compound) and isinstance(b, Compound):
        yield from _compound_changes(a, b, trail)
        return
    if isinstance(a, Comparison) and isinstance(b, Comparison):
        changes = list(_comparison_changes(a, b, trail))
        if len(changes) <= FEW_CHANGES:
            yield from changes
            return
    yield trail.change("condition", "condition", _said(a), _said(b))


def _said(condition: Condition | None) -> Said:
    return Said(condition_text(condition), condition.place) if condition else NOTHING


def _comparison_changes(a: Comparison, b: Comparison, trail: Trail) -> Iterator[Change]:
    left, right = reading_text(b.left), operand_text(b.right)
    if a.operator != b.operator:
        what = f"between {left} and {right}"
        yield trail.change("operator", what, Said(a.operator, a.place), Said(b.operator, b.place))
    yield from _reading_changes(a.left, b.left, trail)
    if isinstance(a.right, Reading) and isinstance(b.right, Reading):
        yield from _reading_changes(a.right, b.right, trail)
    elif operand_text(a.right) != right:
        what = f"for {left}"
        yield trail.change("threshold", what, Said(operand_text(a.right), a.place), Said(right, b.place))


def _reading_changes(a: Reading, b: Reading, trail: Trail) -> Iterator[Change]:
    if a.symbol != b.symbol:
        what = f"read by {score_text(b.indicator)}"
        yield trail.change("symbol", what, Said(a.symbol, a.place), Said(b.symbol, b.place))
    yield from indicator_changes(a.indicator, b.indicator, b.symbol, trail)


def _compound_changes(a: Compound, b: Compound, trail: Trail) -> Iterator[Step]:
    if a.connective != b.connective:
        what = "joining conditions"
        yield trail.change("operator", what, Said(a.connective, a.place), Said(b.connective, b.place))
    for pair in aligned(a.conditions, b.conditions):
        was = None if pair.a is None else a.conditions[pair.a]
        now = None if pair.b is None else b.conditions[pair.b]
        if was is None or now is None:
            kind: ChangeKind = "added" if was is None else "removed"
            yield trail.change(kind, "condition", _said(was), _said(now))
        elif pair.moved:
            yield trail.change("moved", "condition", _said(was), _said(now))
        else:
            yield was, now
