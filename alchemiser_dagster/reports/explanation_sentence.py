"""An explanation in one sentence: what is wanted, what decided it last, and the closest call."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.records.explanation import (
    AnyStep,
    AssetStep,
    CashStep,
    ChoiceStep,
    ClosestCall,
    ComparisonFinding,
    CompoundFinding,
    Explanation,
    FilterStep,
)
from alchemiser_dagster.reports.explanation_conditions import compared_with, values_of
from alchemiser_dagster.reports.figures import move_text
from alchemiser_dagster.symphony.explanation.phrases import OPERATOR_WORDS

MOST_NAMED = 3
LAST_DECISIONS = 2
SMALLEST_CASH = 5e-5


def sentence(explanation: Explanation) -> str:
    """Return why in one sentence of some forty words, however long the path is."""
    if not explanation.is_defined:
        first, *more = explanation.missing or ("no reason was found",)
        return f"No signal: {first}{f', and {len(more)} more' if more else ''}."
    reasons = " and ".join(_reason(step) for step in _last_decisions(explanation.steps))
    because = f" because {reasons}" if reasons else "; no condition and no filter stands before it"
    call = f"; closest call: {closest_text(explanation.closest)}" if explanation.closest else ""
    return f"Wants {holdings_text(explanation)}{because}{call}."


def holdings_text(explanation: Explanation, most: int = MOST_NAMED) -> str:
    """Return what is wanted, the largest first; of many the first ones and how many more."""
    parts = [f"{weight_text(held.weight)} {held.symbol}" for held in explanation.holdings]
    if explanation.cash > SMALLEST_CASH:
        parts.append(f"{weight_text(explanation.cash)} cash")
    return listed(parts, most)


def closest_text(closest: ClosestCall) -> str:
    """Return the closest call, such as "SPY closing 0.12 % lower would have flipped '…'"."""
    return f'{move_text(closest.margin)} would have flipped "{closest.words}"'


def weight_text(weight: float) -> str:
    """Return a fraction in percent, without digits that say nothing."""
    return f"{f'{weight * 100:.2f}'.rstrip('0').rstrip('.')} %"


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return names with an "and" before the last; of many the first ones and how many more."""
    if len(names) > most + 1:
        names = (*names[:most], f"{len(names) - most} more")
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _last_decisions(steps: Sequence[AnyStep]) -> list[ChoiceStep | FilterStep]:
    """Return what was decided last on the way to the largest holding."""
    ends = [number for number, step in enumerate(steps) if isinstance(step, AssetStep | CashStep)]
    if not ends:
        return []
    number: int | None = max(ends, key=lambda end: steps[end].weight)
    found: list[ChoiceStep | FilterStep] = []
    while number is not None and len(found) < LAST_DECISIONS:
        step = steps[number]
        if isinstance(step, ChoiceStep | FilterStep):
            found.append(step)
        number = _step_above(steps, number)
    return found[::-1]


def _step_above(steps: Sequence[AnyStep], number: int) -> int | None:
    step = steps[number]
    if step.share is None:
        return number - 1 if number else None
    return next((above for above in range(number - 1, -1, -1) if steps[above].depth < step.depth), None)


def _reason(step: ChoiceStep | FilterStep) -> str:
    if isinstance(step, FilterStep):
        picked = [found.name for found in step.candidates if found.is_picked]
        rank = "highest" if step.side == "top" else "lowest"
        return f"{listed(picked)} {'rank' if len(picked) > 1 else 'ranks'} {rank} by {step.words}"
    whole = step.condition[0]
    if isinstance(whole, ComparisonFinding):
        return _claim(whole)
    return _compound(step, whole)


def _compound(step: ChoiceStep, whole: CompoundFinding) -> str:
    """Return the first part that decides; where only all together do, how many they are."""
    decides = whole.connective == "or"
    if whole.holds is decides:
        for part in step.condition[1:]:
            if isinstance(part, ComparisonFinding) and part.depth == 1 and part.holds is decides:
                return _claim(part)
    many = f"{whole.conditions} conditions"
    return f"{'all' if whole.holds else 'none'} of {many} {'hold' if whole.holds else 'holds'}"


def _claim(finding: ComparisonFinding) -> str:
    left, right = values_of(finding)
    verb = "is" if finding.holds else "is not"
    with_value = f" ({right})" if right else ""
    return (
        f"{finding.left.words} ({left}) {verb} {OPERATOR_WORDS[finding.operator]} "
        f"{compared_with(finding)}{with_value}"
    )
