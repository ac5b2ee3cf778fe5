"""A condition as lines: the question, its answer, both values, and what would flip it."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.records.explanation import (
    ChoiceStep,
    ComparisonFinding,
    CompoundFinding,
    Finding,
    Margin,
)
from alchemiser_dagster.reports.figures import digits_for, move_text, number_text, value_text
from alchemiser_dagster.reports.lines import Line, Span
from alchemiser_dagster.symphony.explanation.phrases import OPERATOR_WORDS


def choice_lines(step: ChoiceStep, lead: tuple[Span, ...]) -> Iterator[Line]:
    """Yield the question of an `if` with its answer, then the parts of a compound one."""
    whole, *parts = step.condition
    way = (Span(f" → {step.branch}"),) if step.branch else ()
    yield Line(
        step.depth, (*lead, *question_spans(whole), *way, *_flip_spans(whole), *place_spans(step.line))
    )
    for part in parts:
        yield Line(step.depth + part.depth, (*question_spans(part), *_flip_spans(part)))
    if step.omitted:
        yield Line(step.depth + 1, (Span(f"… {step.omitted:,} more conditions", "faint"),))


def question_spans(finding: Finding) -> tuple[Span, ...]:
    """Return the question and its answer."""
    if isinstance(finding, CompoundFinding):
        wanted = "All" if finding.connective == "and" else "Any"
        return (Span(f"{wanted} of these {finding.conditions}? "), _answer(finding.holds))
    left, right = values_of(finding)
    shown = f"  {left} against {right}" if right else f"  {left}"
    return (Span(f"{claim(finding)}? "), _answer(finding.holds), Span(shown))


def claim(finding: ComparisonFinding) -> str:
    """Return what is compared, such as "10-day RSI of QQQ above 79"."""
    return f"{finding.left.words} {OPERATOR_WORDS[finding.operator]} {compared_with(finding)}"


def compared_with(finding: ComparisonFinding) -> str:
    """Return the right side: an indicator, or a number."""
    if finding.right:
        return finding.right.words
    return number_text(finding.threshold or 0.0, finding.left.unit)


def values_of(finding: ComparisonFinding) -> tuple[str, str]:
    """Return the value of the left side, and that of the right one where it is an indicator.

    They have enough digits to see which is larger.
    """
    left, right = finding.left, finding.right
    other = right.value if right else finding.threshold
    digits = digits_for([value for value in (left.value, other) if value is not None])
    shown = value_text(left.value, left.unit, digits)
    return shown, value_text(right.value, right.unit, digits) if right else ""


def flip_spans(margin: Margin | None) -> tuple[Span, ...]:
    """Return what would flip a decision; a fragile one with a warning."""
    if margin is None:
        return ()
    if margin.symbol is None:
        return (Span(f"  {move_text(margin)} flips it", "faint"),)
    style = Span("  FRAGILE", "warning") if margin.is_fragile else Span("")
    return (style, Span(f"  flips with {move_text(margin)}", "faint"))


def place_spans(line: int | None) -> tuple[Span, ...]:
    """Return where a step stands in the strategy's file, if that helps to find it."""
    where = line_text(line)
    return (Span(f"  {where}", "faint"),) if where else ()


def line_text(line: int | None) -> str:
    """Return a line in words; nothing for the first one, which in a file of one line is the whole."""
    return f"line {line}" if line is not None and line > 1 else ""


def _flip_spans(finding: Finding) -> tuple[Span, ...]:
    return flip_spans(finding.margin)


def _answer(holds: bool | None) -> Span:  # noqa: FBT001  an answer has no better name
    if holds is None:
        return Span("undefined", "warning")
    return Span("yes", "yes") if holds else Span("no", "no")
