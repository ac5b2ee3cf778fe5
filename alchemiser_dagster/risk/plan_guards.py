"""The guards of a plan as a whole: each returns why none of it may go, or None."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side, Symbol
from alchemiser_dagster.risk.account_view import AccountView
from alchemiser_dagster.risk.review import objection_to_review
from alchemiser_dagster.risk.session_use import SessionUse
from alchemiser_dagster.risk.terms import GateTerms
from alchemiser_dagster.settings.choices import PlanApproval


@dataclass(frozen=True)
class PlanCase:
    """A plan, and the world around it.

    Parameters
    ----------
    use
        The session's orders that were let through, this plan's own included where it was begun before.
    locked
        Symbols with an unresolved break.
    is_way_out
        Whether a person has said to sell everything.
    approval
        A person's approval of this very plan, if there is one.
    review
        The last review of the limits by a person; None for never.
    code_versions
        The code of the plan and of everything that it was made of; None where a record is missing.
    """

    plan: RebalancePlan
    now: datetime
    view: AccountView
    use: SessionUse
    terms: GateTerms
    locked: Collection[Symbol]
    is_way_out: bool
    approval: Approval | None
    review: Approval | None
    code_versions: frozenset[str] | None

    @property
    def value(self) -> Decimal:
        """Value of all lines at their reference prices, in dollars."""
        return sum((_value(line) for line in self.plan.lines), Decimal(0))

    def left_of(self, side: Side) -> Decimal:
        """Return what the lines of a side still have to trade, at their reference prices, in dollars."""
        lines = (line for line in self.plan.lines if line.side is side)
        return sum((_value(line) - self._filled(line) * line.reference_price for line in lines), Decimal(0))

    def _filled(self, line: PlanLine) -> Decimal:
        own = (one.order for one in self.use.of_plan(self.plan.plan_id) if one.order.line_id == line.line_id)
        return sum((order.filled_quantity for order in own), Decimal(0))


PlanGuard = Callable[[PlanCase], str | None]


def one_code_made_it(case: PlanCase) -> str | None:
    """Refuse a plan of which some part was made by other code than runs now."""
    if case.code_versions is None:
        return "the records that it was made of are not in the journal"
    others = sorted(case.code_versions - {case.terms.code_version})
    if others:
        return f"it was made by code {', '.join(others)}, and {case.terms.code_version} runs now"
    return None


def is_approved(case: PlanCase) -> str | None:
    """Refuse a plan that waits for a person, unless one has said to sell everything."""
    is_wanted = case.terms.approval is PlanApproval.REQUIRED and case.plan.lines and not case.is_way_out
    return "nobody has approved it" if is_wanted and case.approval is None else None


def limits_were_reviewed(case: PlanCase) -> str | None:
    """Refuse real money behind limits that no person has looked at as they are, unless all is to be sold."""
    if not case.terms.is_live or case.is_way_out:
        return None
    return objection_to_review(case.review, case.terms.limits, case.now)


def no_line_is_locked(case: PlanCase) -> str | None:
    """Refuse a plan that trades a symbol with an unresolved break (R-38), unless all is to be sold."""
    if case.is_way_out:
        return None
    named = sorted({line.symbol for line in case.plan.lines} & set(case.locked))
    return f"{', '.join(named)} are locked by breaks" if named else None


def no_line_is_there_twice(case: PlanCase) -> str | None:
    """Refuse a plan with two lines for one symbol."""
    symbols = [line.symbol for line in case.plan.lines]
    named = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
    return f"{', '.join(named)} are in it more than once" if named else None


def no_line_is_too_large(case: PlanCase) -> str | None:
    """Refuse a plan with a line above the largest order, unless all is to be sold."""
    limits = case.terms.limits
    most = min(limits.max_order_notional, limits.max_order_share * case.view.equity)
    named = sorted(line.symbol for line in case.plan.lines if _value(line) > most)
    if named and not case.is_way_out:
        return f"{', '.join(named)} would be more than {most:,.2f} USD"
    return None


def plan_turnover_is_within_limit(case: PlanCase) -> str | None:
    """Refuse a plan that turns the account over more often than the limit, unless all is to be sold."""
    turnover = case.use.outside(case.plan.plan_id).turnover + case.value
    most = case.terms.limits.max_turnover
    if turnover > most * case.view.equity and not case.is_way_out:
        return f"a turnover of {turnover:,.2f} USD is more than {most} times the account's value"
    return None


def plan_exposure_is_within_limit(case: PlanCase) -> str | None:
    """Refuse a plan that would invest more than the limit; one that only gets out is never too much.

    While orders of the plan are at work, what is left of it changes under the look, and what they fill would
    be counted twice: then each order is judged for itself alone.
    """
    if any(not one.order.state.is_terminal for one in case.use.of_plan(case.plan.plan_id)):
        return None
    buys, sells = case.left_of(Side.BUY), case.left_of(Side.SELL)
    most = case.terms.limits.max_gross_exposure * case.view.equity
    invested = case.view.invested - sells + buys
    if buys and invested > most:
        return f"{invested:,.2f} USD would be invested, more than {most:,.2f}"
    return None


def plan_orders_are_within_limit(case: PlanCase) -> str | None:
    """Refuse a plan with more lines than the session has orders left, unless all is to be sold."""
    wanted = case.use.outside(case.plan.plan_id).orders + len(case.plan.lines)
    most = case.terms.limits.max_orders
    if wanted > most and not case.is_way_out:
        return f"{wanted} orders are more than the {most} of a session"
    return None


PLAN_GUARDS: Mapping[str, PlanGuard] = {
    guard.__name__: guard
    for guard in (
        one_code_made_it,
        is_approved,
        limits_were_reviewed,
        no_line_is_locked,
        no_line_is_there_twice,
        no_line_is_too_large,
        plan_turnover_is_within_limit,
        plan_exposure_is_within_limit,
        plan_orders_are_within_limit,
    )
}


def _value(line: PlanLine) -> Decimal:
    return line.quantity * line.reference_price
