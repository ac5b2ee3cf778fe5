"""What became of a symbol in a session, in one sentence: traded, or which of many reasons held it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.records.allocation import ComparisonLine
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.reports.table import money, percent, shares
from alchemiser_dagster.story.lineage import Lineage
from alchemiser_dagster.story.order_events import reason_of
from alchemiser_dagster.story.outcome import outcome_of
from alchemiser_dagster.story.story import Story, StoryOrder


@dataclass(frozen=True)
class Subject:
    """A symbol within a story."""

    symbol: str
    story: Story
    lineage: Lineage
    orders: tuple[StoryOrder, ...]

    @property
    def line(self) -> PlanLine | None:
        """The symbol's line of the plan."""
        lines = self.lineage.plan.lines if self.lineage.plan else ()
        return next((line for line in lines if line.symbol == self.symbol), None)

    @property
    def comparison(self) -> ComparisonLine | None:
        """The symbol's line of the comparison."""
        lines = self.lineage.comparison.lines if self.lineage.comparison else ()
        return next((line for line in lines if line.symbol == self.symbol), None)


def verdict_on(subject: Subject) -> str:
    """Return the first that holds, from what is closest to the order to what is furthest from it."""
    said = (question(subject) for question in _QUESTIONS)
    return next(answer for answer in said if answer)


def _ordered(subject: Subject) -> str:
    if not subject.orders:
        return ""
    filled = sum((found.order.filled_quantity for found in subject.orders), Decimal(0))
    first = subject.orders[0].order
    because = f"; {reason_of(subject.line)}" if subject.line else ""
    wanted = subject.line.quantity if subject.line else first.quantity
    return f"{first.side.value} {shares(wanted)} {subject.symbol}, {shares(filled)} filled{because}"


def _held_back(subject: Subject) -> str:
    """Return why a planned line was not ordered."""
    line = subject.line
    if line is None:
        return ""
    skips = (skip for result in subject.story.all_of(ExecutionResult) for skip in result.skips)
    why = next((skip.reason for skip in skips if skip.line_id == line.line_id), "")
    planned = f"not traded: {line.side.value} {shares(line.quantity)} was planned"
    return f"{planned}, and not sent: {why or outcome_of(subject.story).in_words}"


def _traded_already(subject: Subject) -> str:
    plan = subject.lineage.plan
    if plan is None or plan.traded_by is None:
        return ""
    return f"not traded: run {plan.traded_by} had traded the session already"


def _skipped(subject: Subject) -> str:
    skips = subject.lineage.plan.skips if subject.lineage.plan else ()
    skip = next((skip for skip in skips if skip.symbol == subject.symbol), None)
    if skip is None:
        return ""
    side = "to buy" if skip.difference > 0 else "to sell"
    return f"not traded: {money(abs(skip.difference))} {side}, left alone: {skip.reason.value}"


def _at_target(subject: Subject) -> str:
    line = subject.comparison
    if line is None:
        return ""
    stands = f"{percent(line.current_weight)} is held and {percent(line.target_weight)} wanted"
    if subject.lineage.plan is None:
        return f"not traded: {stands}, and no plan was made: {outcome_of(subject.story).in_words}"
    return f"not traded: {stands}, so nothing was to be done"


def _came_to_no_plan(subject: Subject) -> str:
    if subject.lineage.comparison is not None:
        return ""
    return f"not traded: the day did not come to a plan: {outcome_of(subject.story).in_words}"


def _not_wanted(subject: Subject) -> str:
    return f"not traded: no strategy wants {subject.symbol}, and none is held"


_QUESTIONS: tuple[Callable[[Subject], str], ...] = (
    _ordered,
    _held_back,
    _traded_already,
    _skipped,
    _at_target,
    _came_to_no_plan,
    _not_wanted,
)
