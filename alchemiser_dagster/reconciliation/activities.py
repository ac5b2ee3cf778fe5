"""Activities: what the broker says happened besides trades, posted and named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Final

from alchemiser_dagster.reconciliation.findings import ACCEPT, Finding
from alchemiser_dagster.reconciliation.wording import signed
from alchemiser_dagster.records.activity import Activity, ActivityKind
from alchemiser_dagster.records.posting import Posting, PostingKind, activity_subject
from alchemiser_dagster.records.reconciliation import BreakKind, Severity

NAMES: Final[Mapping[ActivityKind, BreakKind]] = {
    ActivityKind.DIVIDEND: BreakKind.DIVIDEND,
    ActivityKind.INTEREST: BreakKind.INTEREST,
    ActivityKind.FEE: BreakKind.FEE,
    ActivityKind.DEPOSIT: BreakKind.DEPOSIT,
    ActivityKind.WITHDRAWAL: BreakKind.WITHDRAWAL,
    ActivityKind.SPLIT: BreakKind.SPLIT,
    ActivityKind.SYMBOL_CHANGE: BreakKind.SYMBOL_CHANGE,
    ActivityKind.TRANSFER: BreakKind.TRANSFER,
    ActivityKind.OTHER: BreakKind.OTHER_ACTIVITY,
}
_EXCHANGES: Final = frozenset({ActivityKind.SPLIT, ActivityKind.SYMBOL_CHANGE})


def needs_a_person(activity: Activity) -> bool:
    """Return whether the activity changes the account in a way that nobody here understands."""
    return activity.kind is ActivityKind.OTHER and bool(activity.quantity or activity.amount)


def is_unsized(activity: Activity) -> bool:
    """Return whether shares were exchanged, and the broker doesn't say how many."""
    return activity.kind in _EXCHANGES and not activity.quantity


def activity_posting(activity: Activity) -> Posting:
    """Return what an activity does to the books."""
    noon = datetime.combine(activity.occurred_on, time(12), UTC)
    return Posting(
        subject=activity_subject(activity.activity_id),
        kind=PostingKind.ACTIVITY,
        symbol=activity.symbol,
        quantity=activity.quantity,
        amount=activity.amount,
        description=activity_in_words(activity),
        occurred_at=activity.recorded_at or noon,
    )


def activity_in_words(activity: Activity) -> str:
    """Return what happened, to how much, when."""
    shares = f"{signed(activity.quantity)} shares" if activity.quantity else ""
    money = f"{signed(activity.amount)} USD" if activity.amount else ""
    what = ", ".join(part for part in (shares, money) if part) or "no amount told"
    of = f" of {activity.symbol}" if activity.symbol else ""
    return f"{activity.kind} ({activity.raw_kind}){of} on {activity.occurred_on}: {what}"


def activity_finding(activity: Activity) -> Finding:
    """Return the note of an activity that is posted, or the warning of one that a person must look at."""
    is_open = needs_a_person(activity)
    return Finding(
        kind=NAMES[activity.kind],
        severity=Severity.WARNING if is_open else Severity.NOTE,
        subject=activity.activity_id,
        symbol=activity.symbol,
        expected="the books without it",
        actual=activity_in_words(activity),
        message=activity_in_words(activity),
        remedy=f"Look it up at the broker; {ACCEPT}" if is_open else "Nothing: it is in the books now",
        cause=activity.description or "the broker lists it among the account's activities",
    )
