"""Open the gate for a plan: judged as a whole, before any of its orders is judged for itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import structlog

from alchemiser_dagster.errors import ApprovalWantedError, LimitError
from alchemiser_dagster.records.approval import ApprovalScope
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.account_guards import ACCOUNT_GUARDS
from alchemiser_dagster.risk.account_view import AccountView
from alchemiser_dagster.risk.base_equity import base_equity_of
from alchemiser_dagster.risk.gate import RiskGate
from alchemiser_dagster.risk.halting import require_not_halted
from alchemiser_dagster.risk.parts import GateParts
from alchemiser_dagster.risk.plan_guards import PLAN_GUARDS, PlanCase, is_approved
from alchemiser_dagster.risk.provenance import code_versions_of
from alchemiser_dagster.risk.review import last_review
from alchemiser_dagster.risk.session_use import SessionUse

LOG = structlog.stdlib.get_logger("alchemiser_dagster.risk")


def open_gate(plan: RebalancePlan, parts: GateParts) -> RiskGate:
    """Return the gate for the plan's orders, or refuse the plan as a whole.

    Raises
    ------
    HaltedError
        If nothing may be ordered now.
    ApprovalWantedError
        If all that is missing is a person's approval.
    LimitError
        If the plan would pass a limit, or what must be known is not known; it names every objection.
    SessionError
        If the permit is for another session.
    BrokerError
        If the account can't be looked at.
    """
    account = plan.envelope.account
    require_not_halted(parts.halts.in_force(account))
    gate = RiskGate(plan, parts, _assets(plan, parts), _base_equity(plan, parts))
    view = gate.look()
    require_not_halted(parts.halts.in_force(account))
    objections = dict(_objections(gate, view, _plan_case(plan, view, parts)))
    for guard, reason in objections.items():
        LOG.warning("plan refused", plan_id=plan.plan_id, guard=guard, reason=reason)
    if objections.keys() == {is_approved.__name__}:
        raise ApprovalWantedError(
            f"the plan of {len(plan.lines)} lines waits for a person's approval",
            where=f"session {plan.session}",
            remedy=f"Nothing was sent; approve it: alchemiser approve {plan.session} --by NAME --reason TEXT",
        )
    if objections:
        raise LimitError(
            "; ".join(objections.values()),
            where=f"plan {plan.plan_id[:12]}",
            remedy="Nothing was sent; `alchemiser limits` shows every limit and what is used of it",
        )
    return gate


def _objections(gate: RiskGate, view: AccountView, case: PlanCase) -> Iterator[tuple[str, str]]:
    account = gate.account_case(view, buys=any(line.side is Side.BUY for line in case.plan.lines))
    for name, account_guard in ACCOUNT_GUARDS.items():
        if reason := account_guard(account):
            yield name, reason
    for name, plan_guard in PLAN_GUARDS.items():
        if reason := plan_guard(case):
            yield name, reason


def _plan_case(plan: RebalancePlan, view: AccountView, parts: GateParts) -> PlanCase:
    account, session = plan.envelope.account, plan.session
    return PlanCase(
        plan=plan,
        now=parts.clock.now(),
        view=view,
        use=SessionUse(parts.admissions.of_session(account, session)),
        terms=parts.terms,
        locked=parts.breaks.locked_symbols(account),
        is_way_out=parts.halts.level(account) is HaltLevel.FLATTEN,
        approval=parts.approvals.of_subject(account, session, ApprovalScope.PLAN, plan.plan_id),
        review=last_review(parts.journal, account),
        code_versions=code_versions_of(plan, parts.journal),
    )


def _assets(plan: RebalancePlan, parts: GateParts) -> dict[str, AssetInfo]:
    symbols = sorted({line.symbol for line in plan.lines})
    return {asset.symbol: asset for asset in parts.broker.assets(symbols)} if symbols else {}


def _base_equity(plan: RebalancePlan, parts: GateParts) -> Decimal | None:
    previous = parts.permit.calendar.previous(plan.session)
    return base_equity_of(parts.broker.account(), parts.broker, parts.journal, previous)
