"""One difference between two symphonies, and the way to it in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from alchemiser_dagster.symphony.syntax.source import Place

ChangeKind = Literal[
    "rebalance",
    "symbol",
    "indicator",
    "window",
    "parameter",
    "operator",
    "threshold",
    "condition",
    "selection",
    "weight",
    "replaced",
    "wrapped",
    "unwrapped",
    "moved",
    "added",
    "removed",
    "name",
    "label",
]

WITHOUT_MEANING: frozenset[ChangeKind] = frozenset({"name", "label"})
STEPS_SHOWN = 5


@dataclass(frozen=True)
class Change:
    """One difference between two symphonies A and B.

    Parameters
    ----------
    kind
        What sort of difference: `wrapped` is a block of A that stands inside a new one in B, `unwrapped`
        the reverse.
    what
        The thing that differs, in a few words.
    path
        The way to it from the root, in words; only its end where it is long.
    was, now
        In A and in B; None where there is nothing.
    place_a, place_b
        Where it stands; None where it isn't there or came from no text.
    """

    kind: ChangeKind
    what: str
    path: str
    was: str | None
    now: str | None
    place_a: Place | None = None
    place_b: Place | None = None

    @property
    def has_meaning(self) -> bool:
        """Whether it may change what is held or when it is traded; names and labels never do."""
        return self.kind not in WITHOUT_MEANING


class Said(NamedTuple):
    """What one of the two symphonies says at the place."""

    text: str | None = None
    place: Place | None = None


NOTHING = Said()


@dataclass(frozen=True, slots=True)
class Trail:
    """The way from the root to a block: `times` equal steps at its end, and the way before them."""

    before: Trail | None
    step: str
    times: int = 1

    def into(self, step: str) -> Trail:
        """Return the way one step on; equal steps in a row are counted, not kept."""
        if step == self.step:
            return Trail(self.before, step, self.times + 1)
        return Trail(self, step)

    def __str__(self) -> str:
        """Return the last steps in words."""
        steps: list[str] = []
        trail: Trail | None = self
        while trail is not None and len(steps) < STEPS_SHOWN:
            steps.append(trail.step if trail.times == 1 else f"{trail.step} ×{trail.times}")
            trail = trail.before
        return " → ".join(reversed([*steps, "…"] if trail else steps))

    def change(self, kind: ChangeKind, what: str, a: Said, b: Said) -> Change:
        """Return a difference at the end of this way."""
        return Change(kind, what, str(self), a.text, b.text, a.place, b.place)
