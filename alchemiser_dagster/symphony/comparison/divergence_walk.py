"""Where two symphonies part on each of some sessions: the places, in the order of the text.

1. Both trees are walked together from their roots, along what is taken, with the sessions that come by.
   Blocks of equal meaning are left alone: they hold the same on every session.
2. At two conditions the sessions split: some take the same branch and go on into it, some part here. The
   same at what filters pick, and at shares.
3. Where different things stand, all sessions that come by part.

A session may part at several places, since a weighted block leads on to all of its children; which of them
moves weights is for `divergence.py` to find out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from alchemiser_dagster.symphony.comparison.alignment import aligned, same_inside
from alchemiser_dagster.symphony.comparison.forks import Fork, ForkKind, is_vector, plain
from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.syntax.blocks import (
    Block,
    Filter,
    If,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
    children_of,
)

SMALLEST_DIFFERENCE = 1e-12

Scored: TypeAlias = Filter | WeightInverseVolatility
Rows: TypeAlias = list[int]


@dataclass(frozen=True, slots=True)
class _Visit:
    """Two blocks that stand for each other, and the sessions that come by."""

    a: Block
    b: Block
    rows: Rows


@dataclass(frozen=True, slots=True)
class _Parting:
    """A place at which some sessions part."""

    fork: Fork
    rows: Rows


_Step: TypeAlias = _Visit | _Parting


@dataclass(eq=False)
class ForkWalk:
    """The walk over some sessions.

    Parameters
    ----------
    views_a, views_b
        One view per session of A's and of B's evaluation.
    questions
        How many single answers the walk has asked for so far.
    """

    views_a: Sequence[SessionView]
    views_b: Sequence[SessionView]
    questions: int = field(default=0, init=False)

    def forks(self, a: Block, b: Block) -> list[list[Fork]]:
        """Return for each session the places at which it parts, in the order of the text."""
        found: list[list[Fork]] = [[] for _ in self.views_a]
        waiting: list[_Step] = [_Visit(a, b, list(range(len(self.views_a))))]
        while waiting:
            step = waiting.pop()
            if isinstance(step, _Parting):
                for row in step.rows:
                    found[row].append(step.fork)
                continue
            one, other = plain(step.a), plain(step.b)
            if step.rows and one.key != other.key:
                self.questions += len(step.rows)
                waiting.extend(reversed(list(self._visited(_Visit(one, other, step.rows)))))
        return found

    def _visited(self, visit: _Visit) -> Iterator[_Step]:
        a, b = visit.a, visit.b
        if isinstance(b, If) and (inner := same_inside(a, b)):
            yield from self._around(visit, b, inner, of_a=False)
        elif isinstance(a, If) and (inner := same_inside(b, a)):
            yield from self._around(visit, a, inner, of_a=True)
        elif isinstance(a, If) and isinstance(b, If):
            yield from self._branches(a, b, visit.rows)
        elif is_vector(a) and is_vector(b):
            yield from self._vectors(visit)
        elif isinstance(a, WeightSpecified) and isinstance(b, WeightSpecified):
            yield from self._weights(a, b, visit.rows)
        elif isinstance(a, Filter) and isinstance(b, Filter):
            yield from self._scored(a, b, visit.rows, "picks")
        elif isinstance(a, WeightInverseVolatility) and isinstance(b, WeightInverseVolatility):
            yield from self._scored(a, b, visit.rows, "shares")
        else:
            yield _Parting(Fork("blocks", a, b), visit.rows)

    def _around(self, visit: _Visit, outer: If, inner: Block, *, of_a: bool) -> Iterator[_Step]:
        """Go on into the block that the `if` was put around, on the sessions that take its branch alone."""
        views = self.views_a if of_a else self.views_b
        through = [row for row in visit.rows if views[row].branch(outer) == (inner,)]
        past = sorted(set(visit.rows).difference(through))
        yield _Visit(inner, visit.b, through) if of_a else _Visit(visit.a, inner, through)
        yield _Parting(Fork("blocks", visit.a, visit.b), past)

    def _branches(self, a: If, b: If, rows: Rows) -> Iterator[_Step]:
        taken: dict[tuple[bool | None, bool | None], Rows] = {}
        for row in rows:
            answers = self.views_a[row].holds(a.condition), self.views_b[row].holds(b.condition)
            taken.setdefault(answers, []).append(row)
        parted = [row for (one, other), some in taken.items() if one is not other for row in some]
        yield _Parting(Fork("condition", a, b), sorted(parted))
        yield _Visit(_branch(a, a.then), _branch(b, b.then), taken.get((True, True), []))
        yield _Visit(_branch(a, a.otherwise), _branch(b, b.otherwise), taken.get((False, False), []))

    def _vectors(self, visit: _Visit) -> Iterator[_Step]:
        a, b = children_of(visit.a), children_of(visit.b)
        if len(a) != len(b):
            yield _Parting(Fork("blocks", visit.a, visit.b), visit.rows)
            return
        pairs = aligned(a, b)
        loose_a = iter([pair.a for pair in pairs if pair.b is None])
        for pair in pairs:
            if pair.b is not None:
                position = pair.a if pair.a is not None else next(loose_a)
                if position is not None:
                    yield _Visit(a[position], b[pair.b], visit.rows)

    def _weights(self, a: WeightSpecified, b: WeightSpecified, rows: Rows) -> Iterator[_Step]:
        pairs = [(pair.a, pair.b) for pair in aligned(a.children, b.children)]
        if _differ(pairs, a.weights, b.weights):
            yield _Parting(Fork("weights", a, b), rows)
            return
        for i, j in pairs:
            if i is not None and j is not None and a.weights[i] > 0:
                yield _Visit(a.children[i], b.children[j], rows)

    def _scored(self, a: Scored, b: Scored, rows: Rows, kind: ForkKind) -> Iterator[_Step]:
        pairs = [(pair.a, pair.b) for pair in aligned(a.children, b.children)]
        parted: Rows = []
        together: dict[int, Rows] = {}
        for row in rows:
            view_a, view_b = self.views_a[row], self.views_b[row]
            shares_a, shares_b = view_a.shares(a), view_b.shares(b)
            if view_a.is_defined(a) != view_b.is_defined(b) or _differ(pairs, shares_a, shares_b):
                parted.append(row)
                continue
            for number, (i, _) in enumerate(pairs):
                if i is not None and shares_a[i] > 0:
                    together.setdefault(number, []).append(row)
        yield _Parting(Fork(kind, a, b), parted)
        for number, some in sorted(together.items()):
            i, j = pairs[number]
            if i is not None and j is not None:
                yield _Visit(a.children[i], b.children[j], some)


def _branch(block: If, children: tuple[Block, ...]) -> Block:
    return children[0] if len(children) == 1 else WeightEqual(children, block.place)


def _differ(pairs: Sequence[tuple[int | None, int | None]], a: Sequence[float], b: Sequence[float]) -> bool:
    shares = ((0.0 if i is None else a[i], 0.0 if j is None else b[j]) for i, j in pairs)
    return any(abs(one - other) > SMALLEST_DIFFERENCE for one, other in shares)
