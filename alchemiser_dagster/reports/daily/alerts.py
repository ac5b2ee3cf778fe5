"""What a person should know first: what failed, what is open, what differs, what is fragile."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.reports.daily.facts import DayFacts, OpenEnds
from alchemiser_dagster.reports.daily.page import Alert, Tone
from alchemiser_dagster.reports.daily.said import said
from alchemiser_dagster.reports.explanation_summary import fragile_decisions
from alchemiser_dagster.reports.table import shares

STATUS = "`alchemiser status` shows where things stand; running again sends no order a second time"


def alerts_of(facts: DayFacts) -> tuple[Alert, ...]:
    """Return the alerts, the worst first; none on a day that went well."""
    return tuple(_alerts(facts))


def _alerts(facts: DayFacts) -> Iterator[Alert]:
    yield from _failed(facts)
    yield from _recovered(facts)
    if not facts.open_ends.is_empty:
        yield Alert("warn", "Open when this page was made", tuple(_open(facts.open_ends)))
    yield from _differs(facts)
    fragile = fragile_decisions(facts.records.signals)
    if fragile:
        yield Alert("warn", "Fragile decisions: a small move of the price would have changed them", fragile)


def _failed(facts: DayFacts) -> Iterator[Alert]:
    failure, result, next_action = facts.failure, facts.records.result, _next_action(facts)
    tone: Tone = "warn" if facts.outcome in {Outcome.SKIPPED, Outcome.PARTIAL} else "bad"
    if failure is not None:
        reason = failure.message or "No reason was given."
        stopped = "Stopped" if facts.outcome is Outcome.SKIPPED else "Failed"
        yield Alert(tone, f"{stopped} at {failure.step}", (reason, next_action))
    elif result is not None and not result.outcome.is_success:
        yield Alert(tone, "Not all was traded", (result.reason, next_action))
    elif result is None and facts.outcome in {Outcome.FAILED, Outcome.SKIPPED}:
        reason = said(facts.told, "error", "reason") or "The run ended before its first step."
        yield Alert(tone, "No step was made", (reason, next_action))


def _next_action(facts: DayFacts) -> str:
    return said(facts.told, "next") or STATUS


def _recovered(facts: DayFacts) -> Iterator[Alert]:
    recovery = facts.records.recovery
    if recovery is not None:
        told = (*recovery.found, *recovery.hindrances, f"Next: {recovery.next_action}")
        yield Alert("warn" if recovery.is_settled else "bad", "What was found after the failure", told)


def _open(ends: OpenEnds) -> Iterator[str]:
    if ends.halt is not None:
        yield f"Trading is held back: {ends.halt.in_words}"
    for plan in ends.plans:
        yield f"Plan {plan.plan_id[:12]} of session {plan.session} was begun and has not ended"
    for order in ends.orders:
        yield f"Order to {order.side.value} {shares(order.quantity)} {order.symbol}: {order.state.value}"


def _differs(facts: DayFacts) -> Iterator[Alert]:
    report = facts.records.report
    if report is None or report.is_clean:
        return
    told = tuple(f"{found.severity.value}: {found.message}. {found.remedy}" for found in report.breaks)
    yield Alert("bad", "Our books and the broker differ", told or ("Nothing could be compared.",))
