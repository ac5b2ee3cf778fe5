"""What a decision looked at on its path: symbols, values, ranks."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.records.explanation import (
    AssetStep,
    Candidate,
    ChoiceStep,
    ComparisonFinding,
    Explanation,
    FilterStep,
    InverseVolatilityStep,
)


def values_on(explanation: Explanation) -> Iterator[tuple[str, float | None]]:
    """Yield every value on the path with its name, in the order of the path."""
    for step in explanation.steps:
        if isinstance(step, ChoiceStep):
            for finding in step.condition:
                if isinstance(finding, ComparisonFinding):
                    for read in (finding.left, finding.right):
                        if read is not None:
                            yield read.words, read.value
        elif isinstance(step, FilterStep | InverseVolatilityStep):
            for found in step.candidates:
                yield f"{step.words} of {found.name}", found.score


def standing_of(explanation: Explanation, symbol: str) -> str:
    """Return where a decision ranked the symbol, in words; empty where it did not look at it."""
    for step in explanation.steps:
        if isinstance(step, FilterStep):
            found = next((one for one in step.candidates if one.symbol == symbol), None)
            if found is not None:
                return _rank(step, found)
    return "on the path of its decision" if symbol in symbols_on(explanation) else ""


def _rank(step: FilterStep, found: Candidate) -> str:
    picked = "picked" if found.is_picked else "not picked"
    if found.rank is None:
        return f"no rank by {step.words}, {picked}"
    return f"rank {found.rank} of {len(step.candidates)} by {step.words}, {picked} ({step.side} {step.count})"


def symbols_on(explanation: Explanation) -> tuple[str, ...]:
    """Return every symbol on the path, once, in its order."""
    return tuple(dict.fromkeys(_read_on(explanation)))


def _read_on(explanation: Explanation) -> Iterator[str]:
    for step in explanation.steps:
        if isinstance(step, AssetStep):
            yield step.symbol
        elif isinstance(step, ChoiceStep):
            for finding in step.condition:
                if isinstance(finding, ComparisonFinding):
                    yield from (read.symbol for read in (finding.left, finding.right) if read)
        elif isinstance(step, FilterStep | InverseVolatilityStep):
            yield from (found.symbol for found in step.candidates if found.symbol)
