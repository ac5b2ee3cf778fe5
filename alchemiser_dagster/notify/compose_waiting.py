"""What is said when a run waits for a person: nothing was sent, and it can go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from alchemiser_dagster.notify.health_facts import story_facts
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, groups_in_lines, notice_key
from alchemiser_dagster.notify.wording import counted, dollars, shares, title_of
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.values import Mode

MOST_LINES = 20
APPROVAL, SANITY = "approval", "sanity"
COMMAND = "alchemiser approve {session} --subject {subject} --by NAME --reason TEXT"


@dataclass(frozen=True)
class Waiting:
    """A run that stopped for a person: until when they can answer, and the error's own words."""

    correlation_id: str
    mode: Mode
    session: date
    message: str
    deadline: datetime


def compose_approval_wanted(waiting: Waiting, plan: RebalancePlan, created_at: datetime) -> Notice:
    """Return the notice of a plan that waits: its lines, and what to type."""
    told = plan.lines[:MOST_LINES]
    more = len(plan.lines) - len(told)
    facts = {
        **_head(
            waiting, "waits for approval", f"{counted(len(plan.lines), 'trade')} wait for your approval."
        ),
        "plan": plan.plan_id[:12],
        "to sell": dollars(plan.expected_sale_proceeds),
        "to buy": dollars(plan.expected_purchases),
        "error": waiting.message,
        "code": APPROVAL,
        **_tail(waiting, plan.plan_id),
    }
    trades = {
        **{f"trade {number}": _in_words(line) for number, line in enumerate(told, start=1)},
        **({"more trades": str(more)} if more else {}),
    }
    groups = {"": facts, "trades": trades}
    return _notice("Approval wanted", f"{APPROVAL} {plan.plan_id}", waiting, groups, created_at)


def compose_sanity_block(waiting: Waiting, report: SanityReport, created_at: datetime) -> Notice:
    """Return the notice of a decision that looks strange: what blocks, what else is told, what to type."""
    blocking = [f"{finding.message} (expected: {finding.limit})" for finding in report.blocking]
    others = [finding.message for finding in report.findings if not finding.is_blocking]
    facts = {
        **_head(waiting, "blocked", "What the strategies want looks strange."),
        "error": waiting.message,
        "code": SANITY,
        **_tail(waiting, report.subject_id),
    }
    strange = {
        **{f"strange {number}": text for number, text in enumerate(blocking[:MOST_LINES], start=1)},
        **{f"warning {number}": text for number, text in enumerate(others[:MOST_LINES], start=1)},
    }
    groups = {"": facts, "what is strange": strange}
    about = f"{SANITY} {report.subject_id}"
    return _notice("Blocked: the decision looks strange", about, waiting, groups, created_at)


def _notice(
    headline: str,
    about: str,
    waiting: Waiting,
    groups: Mapping[str, Mapping[str, str]],
    created_at: datetime,
) -> Notice:
    return Notice(
        key=notice_key(waiting.correlation_id, about),
        level=NoticeLevel.WARNING,
        title=title_of(headline, waiting.mode, waiting.session),
        body=groups_in_lines({**groups, "more": story_facts(waiting.correlation_id)}),
        correlation_id=waiting.correlation_id,
        created_at=created_at,
        session=waiting.session,
    )


def _head(waiting: Waiting, outcome: str, sentence: str) -> dict[str, str]:
    until = f"{waiting.deadline.astimezone(UTC):%H:%M} UTC"
    return {
        "in short": f"{sentence} Nothing is sent unless you approve by {until}.",
        "success": "no",
        "outcome": outcome,
        "mode": waiting.mode.value,
        "session": str(waiting.session),
    }


def _tail(waiting: Waiting, subject: str) -> dict[str, str]:
    typed = COMMAND.format(session=waiting.session, subject=subject[:12])
    return {
        "next": f"Nothing was sent. If it is right, type `{typed}` until {waiting.deadline:%H:%M} UTC, then "
        "`alchemiser run`",
        "correlation id": waiting.correlation_id,
    }


def _in_words(line: PlanLine) -> str:
    at = f"at about {line.reference_price:,.2f}"
    return f"{line.side} {shares(line.quantity)} {line.symbol} {at}, {dollars(line.notional)} ({line.reason})"
