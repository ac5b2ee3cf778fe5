"""What is said when a run waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime

from notify.notify_builders import CORRELATION, NOON, SESSION, envelope, plan

from alchemiser_dagster.notify import NoticeLevel, notice_key
from alchemiser_dagster.notify.compose_waiting import Waiting, compose_approval_wanted, compose_sanity_block
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import (
    SanityFinding,
    SanityKind,
    SanityReport,
    SanitySeverity,
    subject_of,
)
from alchemiser_dagster.records.values import Mode

WAITING = Waiting(
    correlation_id=CORRELATION,
    mode=Mode.PAPER,
    session=SESSION,
    message="it waits",
    deadline=datetime(2024, 11, 29, 17, 58, tzinfo=UTC),
)


def waiting_plan() -> RebalancePlan:
    return plan("SPY", "TLT")


def strange(severity: SanitySeverity, kind: SanityKind = SanityKind.FLIP) -> SanityFinding:
    return SanityFinding(
        kind=kind, severity=severity, message=f"{kind} is strange", observed="much", limit="little"
    )


def report(*findings: SanityFinding) -> SanityReport:
    return SanityReport(
        envelope=envelope("report"),
        session=SESSION,
        comparison_id="comparison",
        findings=findings,
        subject_id=subject_of(findings),
    )


def test_a_plan_that_waits_is_told_line_by_line_with_what_to_type() -> None:
    #
    made = waiting_plan()
    notice = compose_approval_wanted(WAITING, made, NOON)
    assert notice.title == "Approval wanted (paper, session 2024-11-29)"
    assert notice.level is NoticeLevel.WARNING
    facts = notice.facts
    assert (facts["success"], facts["outcome"], facts["code"]) == ("no", "waits for approval", "approval")
    assert [name for name in facts if name.startswith("trade ")] == [
        f"trade {number}" for number in range(1, len(made.lines) + 1)
    ]
    assert made.lines[0].symbol in facts["trade 1"]
    typed = f"alchemiser approve 2024-11-29 --subject {made.plan_id[:12]} --by NAME --reason TEXT"
    assert typed in facts["next"]
    assert "until 17:58 UTC" in facts["next"]


def test_what_waits_leaves_the_final_notice_of_the_run_to_be_said() -> None:
    # the same correlation id still ends in one final notice
    told = compose_approval_wanted(WAITING, waiting_plan(), NOON)
    blocked = compose_sanity_block(WAITING, report(strange(SanitySeverity.BLOCK)), NOON)
    assert len({told.key, blocked.key, notice_key(CORRELATION, "final")}) == 3


def test_another_plan_of_the_same_run_is_told_of_again_and_the_same_one_is_not() -> None:
    #
    one = waiting_plan()
    other = one.model_copy(update={"plan_id": "another"})
    first, again, second = (compose_approval_wanted(WAITING, found, NOON) for found in (one, one, other))
    assert first.key == again.key
    assert first.key != second.key


def test_a_strange_decision_is_told_with_what_was_expected() -> None:
    found = report(strange(SanitySeverity.BLOCK), strange(SanitySeverity.WARNING, SanityKind.FRAGILE))
    notice = compose_sanity_block(WAITING, found, NOON)
    assert notice.title == "Blocked: the decision looks strange (paper, session 2024-11-29)"
    assert notice.facts["strange 1"] == "flip is strange (expected: little)"
    assert notice.facts["warning 1"] == "fragile is strange"
    assert found.subject_id[:12] in notice.facts["next"]
