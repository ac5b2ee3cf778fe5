"""The arithmetic of the guards of a plan and of the account, right at each limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from support.gate_cases import CASH, LIMITS, admitted, done, view
from support.trading import ACCOUNT, BEFORE_CLOSE, SESSION, buy, envelope_for, plan_of, sell

from alchemiser_dagster.errors import LimitError
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk import account_guards as of_account
from alchemiser_dagster.risk import plan_guards as of_plan
from alchemiser_dagster.risk.account_guards import ACCOUNT_GUARDS, AccountCase, AccountGuard
from alchemiser_dagster.risk.plan_guards import PLAN_GUARDS, PlanCase, PlanGuard
from alchemiser_dagster.risk.review import limits_digest, require_reviewed, review_in_words
from alchemiser_dagster.risk.session_use import SessionUse
from alchemiser_dagster.risk.terms import GateTerms
from alchemiser_dagster.settings.choices import PlanApproval
from alchemiser_dagster.settings.risk import RiskSettings

D = Decimal
TERMS = GateTerms(limits=LIMITS, code_version="1")
HELD = view(D(90_000), {"AAA": ("100", "100")})


def plan(*lines: PlanLine, **fields: object) -> PlanCase:
    """Return the case of a plan, of one line for 10,000 dollars unless others are given."""
    if fields.pop("approval_wanted", False):
        fields["approval"] = PlanApproval.REQUIRED
    limits = {name: fields.pop(name) for name in tuple(fields) if name in type(LIMITS).model_fields}
    terms = {name: fields.pop(name) for name in tuple(fields) if name in GateTerms.__dataclass_fields__}
    usual = PlanCase(
        plan=plan_of(*(lines or (buy("AAA", "100"),)), cash=CASH),
        now=BEFORE_CLOSE,
        view=view(),
        use=SessionUse(()),
        terms=replace(TERMS, limits=LIMITS.model_copy(update=limits), **terms),
        locked=(),
        is_way_out=False,
        approval=None,
        review=None,
        code_versions=frozenset({"1"}),
    )
    return replace(usual, **fields)


def used(*names: str, **fields: object) -> SessionUse:
    """Return a use of orders that were filled for 10,000 dollars each."""
    return SessionUse(tuple(done(name, **fields) for name in names))


def own(case: PlanCase, *, symbol: str = "AAA", side: Side = Side.BUY) -> PlanCase:
    """Return the case with all of its line for the symbol done before."""
    (line,) = (one for one in case.plan.lines if one.symbol == symbol)
    fields = {"plan_id": case.plan.plan_id, "line_id": line.line_id, "symbol": symbol, "side": side}
    return replace(case, use=used("own", **fields))


def at_work(case: PlanCase) -> PlanCase:
    """Return the case with an order of its first line that can still be filled."""
    (line, *_) = case.plan.lines
    working = admitted(
        "own",
        plan_id=case.plan.plan_id,
        line_id=line.line_id,
        symbol=line.symbol,
        state=OrderState.ACKNOWLEDGED,
    )
    return replace(case, use=SessionUse((working,)))


def account(**fields: object) -> AccountCase:
    flags = fields.pop("flags", {})
    seen = replace(view(), **{name: fields.pop(name) for name in ("skew", "is_open") if name in fields})
    usual = AccountCase(ACCOUNT, seen, buys=True, base_equity=None, limits=LIMITS)
    known = seen.account.model_copy(update=flags)
    return replace(usual, view=replace(seen, account=known), **fields)


def loses(most: str) -> RiskSettings:
    return LIMITS.model_copy(update={"max_daily_loss": D(most)})


def halt_at(level: HaltLevel) -> HaltChange:
    return HaltChange(
        envelope=envelope_for("level"), session=SESSION, level=level, by="Ada", reason="so", is_tripped=False
    )


def reviewed(ago: timedelta, **limits: object) -> Approval:
    """Return a review of limits, so long ago."""
    envelope = envelope_for("review").model_copy(update={"created_at": BEFORE_CLOSE - ago})
    return Approval(
        envelope=envelope,
        session=SESSION,
        scope=ApprovalScope.LIMITS,
        subject_id=limits_digest(LIMITS.model_copy(update=limits)),
        by="Ada",
        reason="yearly",
    )


PLANS_ALLOWED: tuple[tuple[PlanGuard, PlanCase], ...] = (
    (of_plan.one_code_made_it, plan()),
    (of_plan.is_approved, plan()),
    (of_plan.is_approved, plan(approval_wanted=True, is_way_out=True)),
    (of_plan.limits_were_reviewed, plan()),
    (
        of_plan.limits_were_reviewed,
        plan(is_live=True, review=reviewed(timedelta(days=10), review_days=10), review_days=10),
    ),
    (of_plan.limits_were_reviewed, plan(is_live=True, is_way_out=True)),
    (of_plan.no_line_is_locked, plan(locked=("BBB",))),
    (of_plan.no_line_is_locked, plan(locked=("AAA",), is_way_out=True)),
    (of_plan.no_line_is_there_twice, plan(buy("AAA", "1"), buy("BBB", "1"))),
    (of_plan.no_line_is_too_large, plan(max_order_notional=D(10_000))),
    (of_plan.no_line_is_too_large, plan(max_order_share=D("0.1"))),
    (of_plan.no_line_is_too_large, plan(max_order_notional=D(1), is_way_out=True)),
    (of_plan.plan_turnover_is_within_limit, plan(max_turnover=D("0.1"))),
    (of_plan.plan_turnover_is_within_limit, own(plan(max_turnover=D("0.1")))),
    (of_plan.plan_turnover_is_within_limit, plan(max_turnover=D("0.01"), is_way_out=True)),
    (of_plan.plan_exposure_is_within_limit, plan(max_gross_exposure=D("0.1"))),
    (of_plan.plan_exposure_is_within_limit, plan(sell("AAA", "1"), view=HELD, max_gross_exposure=D("0.01"))),
    (
        of_plan.plan_exposure_is_within_limit,
        plan(sell("AAA", "100"), buy("BBB", "200"), view=HELD, max_gross_exposure=D("0.1")),
    ),
    (
        of_plan.plan_exposure_is_within_limit,
        own(plan(buy("AAA", "100"), buy("BBB", "200"), view=HELD, max_gross_exposure=D("0.2"))),
    ),
    (of_plan.plan_exposure_is_within_limit, at_work(plan(max_gross_exposure=D("0.01")))),
    (of_plan.plan_orders_are_within_limit, plan(max_orders=1)),
    (of_plan.plan_orders_are_within_limit, plan(max_orders=1, use=used("a", "b"), is_way_out=True)),
    (of_plan.plan_orders_are_within_limit, own(plan(max_orders=1))),
    (of_plan.plan_orders_are_within_limit, plan(max_orders=3, use=used("a", "b"))),
)

PLANS_REFUSED: tuple[tuple[PlanGuard, PlanCase, str], ...] = (
    (of_plan.one_code_made_it, plan(code_versions=None), "are not in the journal"),
    (
        of_plan.one_code_made_it,
        plan(code_versions=frozenset({"1", "0"})),
        "it was made by code 0, and 1 runs now",
    ),
    (of_plan.is_approved, plan(approval_wanted=True), "nobody has approved it"),
    (of_plan.limits_were_reviewed, plan(is_live=True), "nobody has reviewed the limits yet"),
    (
        of_plan.limits_were_reviewed,
        plan(is_live=True, review=reviewed(timedelta(days=10, seconds=1), review_days=10), review_days=10),
        "the limits need a new review: Ada reviewed them on 2024-11-17, more than 10 days ago",
    ),
    (
        of_plan.limits_were_reviewed,
        plan(is_live=True, review=reviewed(timedelta(days=1)), max_orders=2_999),
        "the limits were changed since Ada reviewed them on 2024-11-26",
    ),
    (of_plan.no_line_is_locked, plan(locked=("AAA", "BBB")), "AAA are locked by breaks"),
    (
        of_plan.no_line_is_there_twice,
        plan(buy("AAA", "1"), sell("AAA", "1")),
        "AAA are in it more than once",
    ),
    (
        of_plan.no_line_is_too_large,
        plan(max_order_notional=D("9999.99")),
        "AAA would be more than 9,999.99 USD",
    ),
    (of_plan.no_line_is_too_large, plan(max_order_share=D("0.09")), "AAA would be more than 9,000.00 USD"),
    (
        of_plan.plan_turnover_is_within_limit,
        plan(max_turnover=D("0.0999")),
        "a turnover of 10,000.00 USD is more than 0.0999 times",
    ),
    (
        of_plan.plan_turnover_is_within_limit,
        plan(max_turnover=D("0.1999"), use=used("a", plan_id="another", side=Side.SELL)),
        "a turnover of 20,000.00 USD",
    ),
    (
        of_plan.plan_exposure_is_within_limit,
        plan(max_gross_exposure=D("0.0999")),
        "10,000.00 USD would be invested, more than 9,990.00",
    ),
    (
        of_plan.plan_exposure_is_within_limit,
        plan(buy("BBB", "200"), view=HELD, max_gross_exposure=D("0.1999")),
        "20,000.00 USD would be invested",
    ),
    (
        of_plan.plan_exposure_is_within_limit,
        plan(sell("AAA", "50"), buy("BBB", "200"), view=HELD, max_gross_exposure=D("0.1499")),
        "15,000.00 USD would be invested",
    ),
    (
        of_plan.plan_orders_are_within_limit,
        plan(max_orders=2, use=used("a", "b")),
        "3 orders are more than the 2 of a session",
    ),
)

ACCOUNTS_ALLOWED: tuple[tuple[AccountGuard, AccountCase], ...] = (
    (of_account.is_the_plans_account, account()),
    (of_account.may_trade, account()),
    (of_account.clocks_agree, account(skew=timedelta(seconds=30))),
    (of_account.market_is_open, account()),
    (of_account.loss_is_within_limit, account()),
    (of_account.loss_is_within_limit, account(base_equity=D(80_000))),
    (of_account.loss_is_within_limit, account(base_equity=D(0))),
    (of_account.loss_is_within_limit, account(base_equity=D(125_000), limits=loses("0.2"))),
    (of_account.loss_is_within_limit, account(base_equity=D(125_000), limits=loses("0.1"), buys=False)),
)

ACCOUNTS_REFUSED: tuple[tuple[AccountGuard, AccountCase, str], ...] = (
    (of_account.is_the_plans_account, account(account="another"), "the broker's account is another one"),
    (
        of_account.may_trade,
        account(flags={"status": "CLOSED"}),
        "the account can't trade: its status is CLOSED",
    ),
    (
        of_account.may_trade,
        account(flags={"account_blocked": True, "trade_suspended_by_user": True}),
        "the account is blocked, trading is suspended by the user",
    ),
    (of_account.clocks_agree, account(skew=timedelta(seconds=30.5)), "seconds away from ours"),
    (of_account.market_is_open, account(is_open=False), "the broker says that its market is closed"),
    (
        of_account.loss_is_within_limit,
        account(base_equity=D(125_000), limits=loses("0.1999")),
        "the account lost 20.00% since the close before, more than the 19.99% allowed",
    ),
)


def test_each_guard_is_tried_on_both_sides_of_its_limit() -> None:
    #
    tried: tuple[tuple[object, ...], ...] = (PLANS_ALLOWED, ACCOUNTS_ALLOWED, PLANS_REFUSED, ACCOUNTS_REFUSED)
    allowed_plans, allowed, refused_plans, refused = (
        {case[0].__name__ for case in cases}
        for cases in tried  # type: ignore[index]
    )
    assert allowed_plans == refused_plans == set(PLAN_GUARDS)
    assert allowed == refused == set(ACCOUNT_GUARDS)


@pytest.mark.parametrize(("guard", "case"), [*PLANS_ALLOWED, *ACCOUNTS_ALLOWED])
def test_up_to_the_limit_nothing_is_objected(guard: Callable[[object], str | None], case: object) -> None:
    assert guard(case) is None


@pytest.mark.parametrize(("guard", "case", "reason"), [*PLANS_REFUSED, *ACCOUNTS_REFUSED])
def test_beyond_the_limit_the_objection_says_by_how_much(
    guard: Callable[[object], str | None], case: object, reason: str
) -> None:
    #
    assert reason in str(guard(case))


def test_an_empty_plan_needs_nobodys_approval() -> None:
    #
    case = plan(approval_wanted=True)
    assert of_plan.is_approved(replace(case, plan=plan_of(cash=CASH))) is None


@pytest.mark.parametrize(
    ("level", "side", "is_allowed"),
    [
        (HaltLevel.HALT, Side.BUY, False),
        (HaltLevel.HALT, Side.SELL, False),
        (HaltLevel.REDUCE_ONLY, Side.BUY, False),
        (HaltLevel.REDUCE_ONLY, Side.SELL, True),
        (HaltLevel.FLATTEN, Side.BUY, False),
        (HaltLevel.FLATTEN, Side.SELL, True),
    ],
)
def test_each_level_of_a_halt_forbids_what_it_says(level: HaltLevel, side: Side, *, is_allowed: bool) -> None:
    #
    assert (of_account.halt_allows(halt_at(level), side) is None) is is_allowed
    assert of_account.is_way_out(level, side) is (level is HaltLevel.FLATTEN and side is Side.SELL)


def test_without_a_halt_both_sides_may_go() -> None:
    assert [of_account.halt_allows(None, side) for side in Side] == [None, None]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, ("ZZZ",) if name == "denied_symbols" else getattr(LIMITS, name) - D("0.001"))
        for name in type(LIMITS).model_fields
    ],
)
def test_whichever_limit_is_changed_wants_a_new_review(name: str, value: object) -> None:
    assert limits_digest(LIMITS.model_copy(update={name: value})) != limits_digest(LIMITS)


def test_the_same_limit_written_otherwise_is_the_same() -> None:
    assert limits_digest(LIMITS.model_copy(update={"max_turnover": D("4.00")})) == limits_digest(LIMITS)
    either = [LIMITS.model_copy(update={"denied_symbols": named}) for named in (("A", "B"), ("B", "A"))]
    assert len({limits_digest(limits) for limits in either}) == 1


@pytest.mark.parametrize(
    ("review", "told"),
    [
        (None, "the limits were never reviewed"),
        (reviewed(timedelta(days=1), max_orders=1), "last reviewed 2024-11-26 by Ada, and changed since"),
        (reviewed(timedelta(days=334)), "last reviewed 2023-12-29 by Ada, due again by 2024-12-28"),
        (
            reviewed(timedelta(days=335)),
            "last reviewed 2023-12-28 by Ada, due again by 2024-12-27: in 30 days",
        ),
        (
            reviewed(timedelta(days=365)),
            "last reviewed 2023-11-28 by Ada, due again by 2024-11-27: in 0 days",
        ),
        (reviewed(timedelta(days=366)), "last reviewed 2023-11-27 by Ada, due again by 2024-11-26"),
    ],
)
def test_a_review_is_told_with_when_the_next_is_due(review: Approval | None, told: str) -> None:
    assert review_in_words(review, LIMITS, BEFORE_CLOSE) == told


def test_what_is_not_reviewed_is_an_error_and_what_is_none() -> None:
    require_reviewed(reviewed(timedelta(days=365)), LIMITS, BEFORE_CLOSE)
    with pytest.raises(LimitError, match="nobody has reviewed the limits yet"):
        require_reviewed(None, LIMITS, BEFORE_CLOSE)
