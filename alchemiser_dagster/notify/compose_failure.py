"""What is said of a run that failed, or that had no business to trade.

The hook and the sensor both compose a failure, and one is sent: the key is that of the run's final notice
(R-41).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from alchemiser_dagster.notify.compose_trading import FINAL
from alchemiser_dagster.notify.health_facts import story_facts
from alchemiser_dagster.notify.next_actions import next_action
from alchemiser_dagster.notify.notice import Notice, facts_in_lines, notice_key
from alchemiser_dagster.notify.verdict import HALTED, LEVELS
from alchemiser_dagster.notify.wording import counted, session_text, title_of
from alchemiser_dagster.records.values import Mode, Outcome

REFUSALS = {HALTED: "Halted"}
STEP_WORDS = {
    "start": "before its first step",
    "market_data": "while it brought the market data up to date",
    "strategy_signals": "while the strategies decided",
    "target_allocation": "while it merged what the strategies want",
    "account_snapshot": "while it looked at the account",
    "allocation_comparison": "while it compared the account with what is wanted",
    "rebalance_plan": "while it planned the trades",
    "execution_result": "while it traded",
    "reconciliation_report": "while it compared the books with the broker",
    "recovery_report": "while it found out what became of the orders",
    "run": "because its process ended",
}


@dataclass(frozen=True)
class Failure:
    """A run that failed, or never started.

    Parameters
    ----------
    step
        The step that failed, or "start" where the run never started.
    message, code
        The error's text and the `code` of its class; "error" where it is not one of the system's own.
    session
        The session that was to be traded, or None where it is not known.
    orders_sent
        How many orders were sent under the correlation id; None where nobody could look.
    """

    correlation_id: str
    mode: Mode
    session: date | None
    step: str
    message: str
    code: str
    orders_sent: int | None = None


@dataclass(frozen=True)
class Skip:
    """A run that had no business to trade, and why."""

    correlation_id: str
    mode: Mode
    session: date | None
    reason: str


def compose_failure(failure: Failure, created_at: datetime) -> Notice:
    """Return the final notice of a run that failed, or was refused: step, error, code, what to do next."""
    outcome = Outcome.SKIPPED if failure.code in REFUSALS else Outcome.FAILED
    facts = {
        "in short": _in_short(failure),
        "success": "no",
        "outcome": outcome.value,
        "mode": failure.mode.value,
        "session": session_text(failure.session),
        "step": failure.step,
        "error": failure.message,
        "code": failure.code,
        **({} if failure.orders_sent is None else {"orders sent": str(failure.orders_sent)}),
        "next": next_action(failure.code),
        "correlation id": failure.correlation_id,
        **story_facts(failure.correlation_id),
    }
    return Notice(
        key=notice_key(failure.correlation_id, FINAL),
        level=LEVELS[outcome],
        title=title_of(
            REFUSALS.get(failure.code, f"Failed at {failure.step}"), failure.mode, failure.session
        ),
        body=facts_in_lines(facts),
        correlation_id=failure.correlation_id,
        created_at=created_at,
        session=failure.session,
    )


def compose_skip(skip: Skip, created_at: datetime) -> Notice:
    """Return the final notice of a run that was skipped."""
    facts = {
        "in short": "This run sent nothing, because it was not needed or another one had the account.",
        "success": "no",
        "outcome": Outcome.SKIPPED.value,
        "mode": skip.mode.value,
        "session": session_text(skip.session),
        "reason": skip.reason,
        "correlation id": skip.correlation_id,
        **story_facts(skip.correlation_id),
    }
    return Notice(
        key=notice_key(skip.correlation_id, FINAL),
        level=LEVELS[Outcome.SKIPPED],
        title=title_of("Skipped", skip.mode, skip.session),
        body=facts_in_lines(facts),
        correlation_id=skip.correlation_id,
        created_at=created_at,
        session=skip.session,
    )


def _in_short(failure: Failure) -> str:
    stopped = STEP_WORDS.get(failure.step, f"at the step {failure.step}")
    return f"The run stopped {stopped}. {_orders_text(failure.orders_sent)}"


def _orders_text(sent: int | None) -> str:
    if sent is None:
        return "Whether it had sent an order is not known."
    if not sent:
        return "It had sent no order."
    return f"It had sent {counted(sent, 'order')}; what became of them is looked up next."
