"""An explanation as lines of words: the same for the terminal and for Markdown.

1. Each step is a line; the parts of a condition and the candidates of a filter lie one deeper.
2. Where all that a filter picked are symbols, the candidates' lines say what is held and no line follows.
3. Of very many candidates those that were picked and the next best are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alchemiser_dagster.records.explanation import (
    AnyStep,
    AssetStep,
    Candidate,
    CashStep,
    ChoiceStep,
    Explanation,
    FilterStep,
    GroupStep,
    InverseVolatilityStep,
    RepeatStep,
    SplitStep,
    Unit,
)
from alchemiser_dagster.reports.explanation_conditions import choice_lines, flip_spans, place_spans
from alchemiser_dagster.reports.figures import digits_for, value_text
from alchemiser_dagster.reports.lines import Line, Span
from alchemiser_dagster.reports.table import percent
from alchemiser_dagster.symphony.explanation.phrases import picked_words

MOST_CANDIDATES = 40
NEXT_BEST = 5

Scored = FilterStep | InverseVolatilityStep


def outline(explanation: Explanation) -> tuple[Line, ...]:
    """Return the path as lines."""
    return tuple(_lines(explanation))


def _lines(explanation: Explanation) -> Iterator[Line]:
    steps = explanation.steps
    shown_as: dict[int, int] = {}
    position = 0
    while position < len(steps):
        step = steps[position]
        shown_as[position] = len(shown_as) + 1
        lead = _lead(step, shown_as[position])
        position += 1
        match step:
            case FilterStep() | InverseVolatilityStep():
                held = _symbols_behind(step, steps[position:])
                yield from _scored_lines(step, lead, held)
                position += len(held)
            case ChoiceStep():
                yield from choice_lines(step, lead)
            case RepeatStep(name=name, step=first):
                above = Span(f"{name}: as explained at {shown_as[first]}")
                yield Line(step.depth, (*lead, above, _whole(step)))
            case _:
                yield Line(step.depth, (*lead, *_words(step), *place_spans(step.line)))
    if explanation.omitted:
        more = f"… {explanation.omitted:,} more steps of this long path are left out"
        yield Line(0, (Span(more, "faint"),))


def _lead(step: AnyStep, number: int) -> tuple[Span, ...]:
    counted = Span(f"{number} · ", "faint")
    return (counted,) if step.share is None else (counted, Span(f"{percent(step.share)}: ", "strong"))


def _words(step: AnyStep) -> tuple[Span, ...]:
    match step:
        case AssetStep(symbol=symbol, label=label):
            name = Span(f"  {label}") if label and label != symbol else Span("")
            return (Span(f"hold {symbol}", "strong"), name, _whole(step))
        case CashStep():
            return (Span("stay in cash", "strong"), _whole(step))
        case GroupStep(label=label, parts=parts):
            split = f", {parts} equal parts" if parts > 1 else ""
            return (Span(f'group "{label}"{split}'),)
        case SplitStep(method=method, parts=parts):
            return (Span(f"{parts} {'equal parts' if method == 'equal' else 'parts as specified'}"),)
        case _:
            return ()


def _whole(step: AnyStep) -> Span:
    return (
        Span(f"  = {percent(step.weight)} of the portfolio", "faint")
        if step.share != step.weight
        else Span("")
    )


def _symbols_behind(step: Scored, following: Sequence[AnyStep]) -> dict[str, float]:
    """Return the weights of the symbols that were picked, if all that was picked are symbols."""
    picked = [found for found in step.candidates if found.is_picked]
    behind = following[: len(picked)]
    if len(behind) < len(picked) or not all(found.symbol for found in picked):
        return {}
    held = {one.symbol: one.weight for one in behind if isinstance(one, AssetStep)}
    return held if len(held) == len(picked) else {}


def _scored_lines(step: Scored, lead: tuple[Span, ...], held: dict[str, float]) -> Iterator[Line]:
    unit: Unit
    if isinstance(step, FilterStep):
        unit, flips = step.unit, flip_spans(step.margin)
        words = picked_words(step.side, step.count, len(step.candidates), step.words)
    else:
        unit, flips = "percent", ()
        words = f"{len(step.candidates)} parts in inverse proportion to their {step.words}"
    yield Line(step.depth, (*lead, Span(words), *flips, *place_spans(step.line)))
    digits = digits_for([found.score for found in step.candidates if found.score is not None])
    for found in _shown(step.candidates):
        yield Line(step.depth + 1, _candidate(found, value_text(found.score, unit, min(digits, 6)), held))
    hidden = len(step.candidates) - len(_shown(step.candidates))
    if hidden:
        yield Line(step.depth + 1, (Span(f"… {hidden:,} more candidates behind these", "faint"),))


def _shown(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    if len(candidates) <= MOST_CANDIDATES:
        return candidates
    picked = sum(found.is_picked for found in candidates)
    return candidates[: max(MOST_CANDIDATES, picked + NEXT_BEST)]


def _candidate(found: Candidate, score: str, held: dict[str, float]) -> tuple[Span, ...]:
    rank = f"#{found.rank} " if found.rank else ""
    name = Span(f"{rank}{found.name}", "strong") if found.is_picked else Span(f"{rank}{found.name}")
    spans = [name, Span(f"  {score}")]
    if found.is_picked:
        weight = held.get(found.name)
        spans.append(
            Span(f"  → {percent(found.share)}" if weight is None else f"  → hold {percent(weight)}", "yes")
        )
    more = "by its own history" if found.symbol is None else found.label
    return (*spans, Span(f"  {more}", "faint")) if more and more != found.symbol else tuple(spans)
