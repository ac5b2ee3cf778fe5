"""A preview, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

from rich.console import Console

from alchemiser_dagster.cli.expected_costs import costs_of
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.portfolio.costs import LineCost
from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.reports.console import print_table
from alchemiser_dagster.reports.costs import cost_table, total_cost
from alchemiser_dagster.reports.decisions import comparison_table, plan_skips_table, plan_table
from alchemiser_dagster.reports.sanity import sanity_table
from alchemiser_dagster.risk.waiting import WaitingRoom
from alchemiser_dagster.settings.choices import PlanApproval

APPROVE = "alchemiser approve {session} --subject {subject} --by NAME --reason TEXT"


@dataclass(frozen=True)
class Preview:
    """What a preview found; there is no plan where the decision is blocked.

    `waiting_id` is the id of what a person has to approve before it is traded, or None.
    """

    mode: Mode
    comparison: AllocationComparison | None
    report: SanityReport | None
    plan: RebalancePlan | None
    costs: tuple[LineCost, ...]
    waiting_id: str | None

    @classmethod
    def of(cls, desk: TradingDesk, correlation_id: str) -> Self:
        """Return the preview with the correlation id, with its costs at the present quotes."""
        journal, account = desk.journal, desk.settings.account
        query = RecordQuery(account=account, correlation_id=correlation_id)
        plan = journal.latest(RebalancePlan, query)
        plans_wait = desk.settings.trading.approval is PlanApproval.REQUIRED
        subject = WaitingRoom(desk.database, account).subject(desk.today, plans_wait=plans_wait)
        return cls(
            mode=desk.settings.mode,
            comparison=journal.latest(AllocationComparison, query),
            report=journal.latest(SanityReport, query),
            plan=plan,
            costs=costs_of(desk, plan) if plan else (),
            waiting_id=subject.subject_id if subject and subject.approval is None else None,
        )


def print_preview(console: Console, preview: Preview) -> None:
    """Draw the preview, and say what can be done with it."""
    if preview.report is not None:
        print_table(console, sanity_table(preview.report))
    if preview.plan is None:
        if preview.comparison is not None:
            print_table(console, comparison_table(preview.comparison))
    else:
        _print_plan(console, preview.plan, preview.costs)
    console.print(f"Nothing was sent (mode {preview.mode}).")
    if preview.waiting_id is not None and preview.report is not None:
        typed = APPROVE.format(session=preview.report.session, subject=preview.waiting_id[:12])
        console.print("It waits for a person's approval:")
        console.print(f"  {typed}", soft_wrap=True, markup=False, highlight=False)


def _print_plan(console: Console, plan: RebalancePlan, costs: tuple[LineCost, ...]) -> None:
    print_table(console, plan_table(plan))
    if plan.skips:
        print_table(console, plan_skips_table(plan))
    print_table(console, cost_table(costs))


def preview_json(preview: Preview) -> str:
    """Return the preview as one JSON object; amounts are texts, in US dollars."""
    plan, report = preview.plan, preview.report
    return json.dumps(
        {
            "mode": preview.mode.value,
            "session": str(report.session) if report else None,
            "plan": plan.model_dump(mode="json") if plan else None,
            "sanity": report.model_dump(mode="json") if report else None,
            "costs": [_cost_facts(cost) for cost in preview.costs],
            "expected_cost": str(total_cost(preview.costs)),
            "waits_for_approval_of": preview.waiting_id,
        },
        indent=2,
    )


def _cost_facts(cost: LineCost) -> dict[str, str | None]:
    return {
        "symbol": cost.symbol,
        "side": cost.side.value,
        "notional": str(cost.notional),
        "half_spread": None if cost.half_spread is None else str(cost.half_spread),
        "slippage": str(cost.slippage),
        "fees": str(cost.fees),
        "total": str(cost.total),
    }
