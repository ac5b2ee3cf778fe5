"""Random symphonies by the dozen, from a seed: nested deeper than hypothesis draws them, and faster.

They are the trees of `symphony_random`; whatever fails here is found smaller there.
"""

from __future__ import annotations

from random import Random

from support.symphony_random import (
    LEVELS,
    NEEDS_TWO,
    OPERATORS,
    PARAMETER_NAMES,
    PATH_INDICATORS,
    SYMBOLS,
    Tree,
)

WEIGHTS = (0.0, 0.1, 0.25, 1 / 3)
DEVIATIONS = (0.0, 1.0, 2.5)
LONGEST_WINDOW = 6


def random_blocks(seed: int, count: int, deepest: int = 4) -> list[Tree]:
    """Return some symphonies of up to this many blocks inside each other."""
    random = Random(seed)  # noqa: S311  a symphony is no secret
    return [_block(random, random.randint(1, deepest)) for _ in range(count)]


def _block(random: Random, depth: int) -> Tree:
    if depth == 0:
        return ("asset", random.choice(SYMBOLS)) if random.random() < 0.95 else ("vector", [])
    match random.choice(("mix", "weights", "inverse", "if", "if", "filter", "filter", "filter")):
        case "mix":
            return _mix(random, depth)
        case "weights":
            children = _children(random, depth, 3)
            return ("weight-specified", [(random.choice(WEIGHTS), child) for child in children])
        case "inverse":
            return ("weight-inverse-volatility", random.randint(2, 5), _children(random, depth, 3))
        case "if":
            branches = [_children(random, depth, random.choice((0, 1, 1, 2))) for _ in range(2)]
            return ("if", _condition(random, 2), *branches)
    return _filter(random, _children(random, depth, 4))


def _mix(random: Random, depth: int) -> Tree:
    children = _children(random, depth, 3)
    kind = random.choice(("vector", "weight-equal", "group"))
    return (kind, "label", children) if kind == "group" else (kind, children)


def _children(random: Random, depth: int, most: int) -> list[Tree]:
    number = random.randint(min(1, most), most)
    return [_block(random, random.randint(0, depth - 1)) for _ in range(number)]


def _filter(random: Random, children: list[Tree]) -> Tree:
    only_assets = all(child[0] == "asset" for child in children)
    name = random.choice(tuple(PARAMETER_NAMES) if only_assets else PATH_INDICATORS)
    side = random.choice(("select-top", "select-bottom"))
    return ("filter", name, _parameters(random, name), side, random.randint(1, 3), children)


def _condition(random: Random, depth: int) -> Tree:
    if depth and random.random() < 0.3:
        parts = [_condition(random, depth - 1) for _ in range(random.randint(1, 3))]
        return (random.choice(("and", "or")), parts)
    left, right = _reading(random), _reading(random)
    same = (left[0], random.choice(SYMBOLS), left[2])
    return (random.choice(OPERATORS), left, random.choice((random.choice(LEVELS), same, right)))


def _reading(random: Random) -> Tree:
    name = random.choice(tuple(PARAMETER_NAMES))
    return (name, random.choice(SYMBOLS), _parameters(random, name))


def _parameters(random: Random, name: str) -> tuple[float, ...]:
    least = 2 if name in NEEDS_TWO else 1
    return tuple(
        random.choice(DEVIATIONS) if key == "stdev" else random.randint(least, LONGEST_WINDOW)
        for key in PARAMETER_NAMES[name]
    )
