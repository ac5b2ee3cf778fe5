"""The regular review of the limits by a person: real money is traded behind limits that were looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from alchemiser_dagster.errors import LimitError
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.settings.risk import RiskSettings

SOON = timedelta(days=30)
REVIEW = "`alchemiser limits` shows them, `alchemiser limits --reviewed --by NAME` keeps the review"


def limits_digest(limits: RiskSettings) -> str:
    """Return an id that follows from the limits in force: it changes where one of them does."""
    return derived_id("limits", *(f"{name}={_plain(value)}" for name, value in sorted(limits)))


def last_review(journal: Journal, account: str) -> Approval | None:
    """Return the newest review of the account's limits, or None where there was none."""
    given = journal.newest_first(Approval, RecordQuery(account=account))
    return next((one for one in given if one.scope is ApprovalScope.LIMITS), None)


def due_at(review: Approval, limits: RiskSettings) -> datetime:
    """Return the instant after which a review does not count any more."""
    return review.envelope.created_at + timedelta(days=limits.review_days)


def objection_to_review(review: Approval | None, limits: RiskSettings, now: datetime) -> str | None:
    """Return why the limits do not count as reviewed, or None where they do."""
    return next(_objections(review, limits, now), None)


def require_reviewed(review: Approval | None, limits: RiskSettings, now: datetime) -> None:
    """Raise `LimitError` where the limits do not count as reviewed."""
    objection = objection_to_review(review, limits, now)
    if objection is not None:
        raise LimitError(objection, remedy=f"No live order is sent until then; {REVIEW}")


def review_in_words(review: Approval | None, limits: RiskSettings, now: datetime) -> str:
    """Return who reviewed the limits when, and when they are to be reviewed again."""
    if review is None:
        return "the limits were never reviewed"
    due, reviewed = due_at(review, limits), f"{review.envelope.created_at:%Y-%m-%d} by {review.by}"
    if review.subject_id != limits_digest(limits):
        return f"last reviewed {reviewed}, and changed since"
    days = (due - now).days
    soon = f": in {days} days" if timedelta(0) <= due - now <= SOON else ""
    return f"last reviewed {reviewed}, due again by {due:%Y-%m-%d}{soon}"


def _objections(review: Approval | None, limits: RiskSettings, now: datetime) -> Iterator[str]:
    if review is None:
        yield "nobody has reviewed the limits yet"
        return
    reviewed = f"{review.by} reviewed them on {review.envelope.created_at:%Y-%m-%d}"
    if review.subject_id != limits_digest(limits):
        yield f"the limits were changed since {reviewed}"
    if now > due_at(review, limits):
        yield f"the limits need a new review: {reviewed}, more than {limits.review_days} days ago"


def _plain(value: object) -> str:
    """Return the same text for the same value, however it was written."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return ",".join(sorted(value)) if isinstance(value, tuple) else str(value)
