"""A day in one sentence."""

from __future__ import annotations

from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.table import money

EMPTY_PLAN, AS_IT_SHOULD_BE = "the plan is empty", "The account is as it should be"
NO_RESULT = {None: "This run has come to no result", Outcome.SKIPPED: "Nothing was sent"}


def headline(facts: DayFacts) -> str:
    """Return what happened, in a few words and without a full stop."""
    records = facts.records
    if records.result is not None:
        return _of_result(records.result)
    if facts.failure is not None:
        stopped = "Stopped" if facts.outcome is Outcome.SKIPPED else "Failed"
        return f"{stopped} at {facts.failure.step}"
    if facts.outcome is None and records.plan is not None:
        return f"A plan of {_count(len(records.plan.lines), 'trade')}, not carried out"
    if facts.outcome is None and records.report is not None:
        return "Books and broker were compared, nothing was traded"
    return NO_RESULT.get(facts.outcome, "The run failed")


def whole_sentence(facts: DayFacts) -> str:
    """Return what happened, and whether the books agree with the broker."""
    report = facts.records.report
    if report is None:
        return f"{headline(facts)}."
    if report.is_clean:
        return f"{headline(facts)}. Our books agree with the broker."
    return (
        f"{headline(facts)}. Our books do not agree with the broker: {_count(len(report.breaks), 'break')}."
    )


def _of_result(result: ExecutionResult) -> str:
    if result.outcome is Outcome.NOTHING_TO_DO:
        return AS_IT_SHOULD_BE if result.reason == EMPTY_PLAN else _sentence(result.reason)
    lines = {order.line_id for order in result.orders} | {skip.line_id for skip in result.skips}
    filled = {order.line_id for order in result.orders if order.state is OrderState.FILLED}
    moved = {"sold": result.sold, "bought": result.bought}
    told = ", ".join(f"{word} {money(value)}" for word, value in moved.items() if value)
    done = f"{len(filled)} of {_count(len(lines), 'trade')} filled"
    return f"{done}: {told}" if told else done


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
