"""How far two decisions lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from alchemiser_dagster.records.signal import SessionDecision

ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class DecisionDifference:
    """What differs between two decisions.

    Parameters
    ----------
    distance
        Half the sum of the absolute differences of the weights in force, cash included: the part of the
        strategy's value that would change hands. None where one of the two decided nothing.
    symbols
        The symbols whose weight in force differs, sorted.
    fields
        The parts of the decision that differ.
    """

    distance: float | None
    symbols: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def is_rounding(self) -> bool:
        """Whether it is no more than the last digits of a computation: nothing that could be traded."""
        return self.distance is not None and self.distance < ROUNDING


def difference_between(before: SessionDecision, after: SessionDecision) -> DecisionDifference | None:
    """Return what differs, or None where the decisions are equal.

    Floats are compared bit for bit, on purpose: the same code on the same bars makes the same bits, so
    a tolerance could only hide that something is not the same.
    """
    if before == after:
        return None
    fields = tuple(
        name.replace("_", " ")
        for name in SessionDecision.model_fields
        if getattr(before, name) != getattr(after, name)
    )
    weights, others = _in_force(before), _in_force(after)
    changes = {
        symbol: others.get(symbol, 0.0) - weights.get(symbol, 0.0) for symbol in sorted({*weights, *others})
    }
    both = before.is_defined and after.is_defined
    cash = sum(changes.values())
    return DecisionDifference(
        distance=(abs(cash) + sum(map(abs, changes.values()))) / 2 if both else None,
        symbols=tuple(symbol for symbol, change in changes.items() if change),
        fields=fields,
    )


def _in_force(decision: SessionDecision) -> dict[str, float]:
    return {part.symbol: part.weight for part in decision.in_force}
