"""Which child of one block became which child of another.

1. Children of equal meaning are paired in order (the longest common run of keys), then out of order.
2. Between those, groups of the same name are paired, then blocks of the same kind, in order.
3. What is left between the same two neighbours is paired as it stands; the rest has no partner.

A block may also have become a child: `same_inside` finds it there.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

from alchemiser_dagster.symphony.syntax.blocks import Block, Group, If, children_of
from alchemiser_dagster.symphony.syntax.node import Node

MANY_CHILDREN = 500

N = TypeVar("N", bound=Node)


@dataclass(frozen=True, slots=True)
class Pair(Generic[N]):
    """The positions of two children that belong together; None where one has no partner.

    `moved` says that they mean the same, but stand in another order among their siblings.
    """

    a: int | None
    b: int | None
    moved: bool = False


def aligned(a: Sequence[N], b: Sequence[N]) -> list[Pair[N]]:
    """Return pairs that hold every position of both sides once, roughly in the order of B."""
    pairs: list[Pair[N]] = []
    gaps: list[tuple[list[int], list[int]]] = []
    for tag, a1, a2, b1, b2 in _opcodes([node.key for node in a], [node.key for node in b]):
        if tag == "equal":
            pairs.extend(map(Pair, range(a1, a2), range(b1, b2)))
        else:
            gaps.append((list(range(a1, a2)), list(range(b1, b2))))
    pairs.extend(_moved(a, b, gaps))
    for likeness in (_named, _kind):
        for gap in gaps:
            pairs.extend(_alike(a, b, gap, likeness))
    for gap in gaps:
        pairs.extend(_left_over(*gap))
    return sorted(pairs, key=_position)


def _opcodes(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[str, int, int, int, int]]:
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    most = min(len(a), len(b)) - head
    tail = next((i for i in range(most) if a[-1 - i] != b[-1 - i]), most)
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    matcher = SequenceMatcher(None, middle_a, middle_b, autojunk=len(middle_b) > MANY_CHILDREN)
    inside = [(tag, i + head, j + head, k + head, m + head) for tag, i, j, k, m in matcher.get_opcodes()]
    ends = ("equal", len(a) - tail, len(a), len(b) - tail, len(b))
    return [("equal", 0, head, 0, head), *inside, ends]


def _moved(a: Sequence[N], b: Sequence[N], gaps: list[tuple[list[int], list[int]]]) -> list[Pair[N]]:
    places: dict[bytes, deque[int]] = defaultdict(deque)
    for _, right in gaps:
        for j in right:
            places[b[j].key].append(j)
    found = {i: places[a[i].key].popleft() for left, _ in gaps for i in left if places.get(a[i].key)}
    taken = set(found.values())
    for left, right in gaps:
        left[:] = [i for i in left if i not in found]
        right[:] = [j for j in right if j not in taken]
    return [Pair(i, j, moved=True) for i, j in found.items()]


def _alike(
    a: Sequence[N], b: Sequence[N], gap: tuple[list[int], list[int]], likeness: Callable[[Node], Hashable]
) -> list[Pair[N]]:
    left, right = gap
    likes_a, likes_b = [likeness(a[i]) or i for i in left], [likeness(b[j]) or -1 - j for j in right]
    pairs: list[Pair[N]] = []
    for tag, i1, i2, j1, j2 in _opcodes(likes_a, likes_b):
        if tag == "equal":
            pairs.extend(map(Pair, left[i1:i2], right[j1:j2]))
    left[:] = sorted(set(left) - {pair.a for pair in pairs if pair.a is not None})
    right[:] = sorted(set(right) - {pair.b for pair in pairs if pair.b is not None})
    return pairs


def _named(node: Node) -> Hashable:
    return node.label if isinstance(node, Group) else None


def _kind(node: Node) -> Hashable:
    return type(node).__name__


def _left_over(left: list[int], right: list[int]) -> list[Pair[N]]:
    both = min(len(left), len(right))
    pairs: list[Pair[N]] = list(map(Pair, left, right))
    pairs.extend(Pair(i, None) for i in left[both:])
    pairs.extend(Pair(None, j) for j in right[both:])
    return pairs


def _position(pair: Pair[N]) -> tuple[int, int]:
    near_b = pair.b if pair.b is not None else pair.a
    return near_b or 0, pair.a if pair.a is not None else -1


def same_inside(block: Block, other: Block) -> Block | None:
    """Return the child of another block that is this block, or has its name or condition; None without."""
    name = _name(block)
    if name is not None and name == _name(other):
        return None
    for child in children_of(other):
        if child.key == block.key or (name is not None and name == _name(child)):
            return child
    return None


def _name(block: Block) -> str | bytes | None:
    match block:
        case Group(label=label):
            return label
        case If(condition=condition):
            return condition.key
        case _:
            return None
