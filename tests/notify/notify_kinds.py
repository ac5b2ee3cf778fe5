"""One notice of every kind, from records that are filled to the brim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from notify.notify_builders import (
    CORRELATION,
    NOON,
    SESSION,
    envelope,
    plan,
    report,
    result,
    snapshot,
)

from alchemiser_dagster.notify import (
    Circumstances,
    Failure,
    Notice,
    Skip,
    TradingReasons,
    TradingRecords,
    compose_failure,
    compose_skip,
    compose_trading,
)
from alchemiser_dagster.notify.compose_break import compose_break
from alchemiser_dagster.notify.compose_finding import Finding, compose_finding
from alchemiser_dagster.notify.compose_halt import compose_halt
from alchemiser_dagster.notify.compose_recovery import RESUMED, compose_recovery, retold
from alchemiser_dagster.notify.compose_waiting import Waiting, compose_approval_wanted, compose_sanity_block
from alchemiser_dagster.portfolio.profit import EquityMark, Profit, Profits
from alchemiser_dagster.portfolio.strategy_profit import StrategyOutcome
from alchemiser_dagster.records.execution import ExecutionResult, ExecutionSkip
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.market import MarketData, PriceBasis, ProvisionalPrice
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanSkip, RebalancePlan, SkipReason
from alchemiser_dagster.records.reconciliation import Break, BreakKind, ReconciliationReport, Severity
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.sanity import (
    SanityFinding,
    SanityKind,
    SanityReport,
    SanitySeverity,
    subject_of,
)
from alchemiser_dagster.records.values import Mode, Outcome, Side

YESTERDAY = EquityMark(
    "report-0", date(2024, 11, 27), datetime(2024, 11, 27, 20, 51, tzinfo=UTC), Decimal(99_600)
)
WAITING = Waiting(CORRELATION, Mode.LIVE, SESSION, "it waits", datetime(2024, 11, 29, 17, 58, tzinfo=UTC))


def earned(amount: str, fraction: str | None, *, is_certain: bool = True) -> Profit:
    return Profit(YESTERDAY, Decimal(amount), Decimal(fraction) if fraction else None, is_certain)


def circumstances() -> Circumstances:
    data = MarketData(
        envelope=envelope("data"),
        session=SESSION,
        symbols=("BIL", "SPY"),
        bar_source="alpaca:iex",
        table_version=3,
        first_session=date(2023, 1, 3),
        last_session=date(2024, 11, 27),
        rows_written=2,
        restated=(),
        price_basis=PriceBasis.PROVISIONAL,
        provisional_prices=(
            ProvisionalPrice(symbol="SPY", price=501.0, observed_at=NOON - timedelta(seconds=70)),
            ProvisionalPrice(symbol="BIL", price=91.0, observed_at=NOON),
        ),
    )
    return Circumstances(
        profits=Profits(earned("523.456", "0.00526"), earned("-1023.4", "-0.0101", is_certain=False)),
        strategies=(
            StrategyOutcome("momentum", {"SPY": Decimal("12.345678")}, Decimal("6185.2"), Decimal("-1.006")),
            StrategyOutcome("bonds", {}, Decimal(0), Decimal("4.4")),
            StrategyOutcome("new", {"BIL": Decimal(2)}, None, None),
        ),
        fees=Decimal("0.12"),
        notes=("dividend (DIV) of SPY on 2024-11-29: +1.23 USD",),
        market=data,
        journal_entry=1234,
        journal_hash="3fa9c07be2d14c77aa00",
        page="http://127.0.0.1:3000/runs/run",
    )


def with_prices(done: ExecutionResult) -> ExecutionResult:
    orders = tuple(
        order.model_copy(
            update={
                "average_price": Decimal("50.25") if order.filled_quantity else None,
                "slippage": Decimal("0.20") if order.filled_quantity else None,
                "quoted_mid": Decimal("50.15"),
                "detail": "insufficient buying power" if order.state is OrderState.REJECTED else "",
            }
        )
        for order in done.orders
    )
    return done.model_copy(update={"orders": orders})


def trading(
    done: ExecutionResult, planned: RebalancePlan, found: ReconciliationReport | None
) -> TradingRecords:
    reasons = TradingReasons(
        {"momentum": "Wants 100 % SPY because SPY ranks highest.", "bonds": "Wants 100 % cash."},
        ("momentum (3.20 bp: price of SPY above 500)",),
    )
    return TradingRecords(snapshot(), planned, with_prices(done), found, reasons, circumstances())


def with_note(found: ReconciliationReport) -> ReconciliationReport:
    note = difference(Severity.NOTE, BreakKind.DIVIDEND, "dividend (DIV) of SPY on 2024-11-29: +1.23 USD")
    return found.model_copy(update={"breaks": (*found.breaks, note)})


def difference(severity: Severity, kind: BreakKind, message: str, symbol: str | None = "SPY") -> Break:
    return Break(
        break_id=message,
        kind=kind,
        severity=severity,
        symbol=symbol,
        expected="2",
        actual="1",
        message=message,
        remedy="Look it up at the broker",
        cause="somebody traded" if severity is Severity.WARNING else None,
    )


def differing() -> ReconciliationReport:
    found = (
        difference(Severity.CRITICAL, BreakKind.CASH, "cash: 1,000.00 expected, 1.00 found", None),
        difference(Severity.WARNING, BreakKind.MANUAL_TRADE, "SPY: 1 share sold by somebody else"),
    )
    return with_note(report()).model_copy(update={"breaks": found})


def partial() -> Notice:
    done = result(
        Outcome.PARTIAL,
        "1 of 3 lines are done; not buy BIL, buy TLT",
        SPY=OrderState.FILLED,
        BIL=OrderState.REJECTED,
    )
    skipped = ExecutionSkip(
        line_id="line-TLT",
        symbol="TLT",
        side=Side.BUY,
        quantity=Decimal(2),
        reason="too late before the close",
    )
    done = done.model_copy(update={"skips": (skipped,)})
    return compose_trading(trading(done, plan("SPY", "BIL", "TLT"), report()), NOON)


def traded() -> Notice:
    planned = plan("SPY", "BIL").model_copy(
        update={"skips": (PlanSkip(symbol="GLD", difference=Decimal(80), reason=SkipReason.NOT_TRADABLE),)}
    )
    done = result(Outcome.TRADED, SPY=OrderState.FILLED, BIL=OrderState.FILLED)
    return compose_trading(trading(done, planned, with_note(report())), NOON)


def failed_to_fill() -> Notice:
    done = result(Outcome.FAILED, "nothing was filled of buy SPY", SPY=OrderState.UNKNOWN)
    return compose_trading(replace(trading(done, plan("SPY"), None), circumstances=Circumstances()), NOON)


def nothing_to_do() -> Notice:
    return compose_trading(
        trading(result(Outcome.NOTHING_TO_DO, "the plan is empty"), plan(), report()), NOON
    )


def failed() -> Notice:
    message = "market_data: SPY has no bar of 2024-11-27. Run `alchemiser doctor`"
    return compose_failure(Failure(CORRELATION, Mode.LIVE, SESSION, "market_data", message, "data", 0), NOON)


def failed_while_trading() -> Notice:
    message = "broker: no answer for 30 s"
    return compose_failure(
        Failure(CORRELATION, Mode.LIVE, SESSION, "execution_result", message, "broker", 3), NOON
    )


def halted() -> Notice:
    message = "trading is halted since 2024-11-29 14:00 UTC by anna: quotes look wrong"
    return compose_failure(Failure(CORRELATION, Mode.LIVE, SESSION, "start", message, "halted", None), NOON)


def skipped() -> Notice:
    return compose_skip(Skip(CORRELATION, Mode.PAPER, SESSION, "another run holds the account"), NOON)


def tripped() -> Notice:
    change = HaltChange(
        envelope=envelope("change"),
        session=SESSION,
        level=HaltLevel.HALT,
        by="risk.max_failed_runs",
        reason="3 runs failed one after the other",
        is_tripped=True,
    )
    return compose_halt(change, Mode.LIVE, NOON)


def strange() -> Notice:
    findings = tuple(
        SanityFinding(
            kind=SanityKind.FLIP, severity=severity, message=message, observed="much", limit="little"
        )
        for severity, message in (
            (SanitySeverity.BLOCK, "everything is sold at once"),
            (SanitySeverity.WARNING, "momentum is fragile"),
        )
    )
    found = SanityReport(
        envelope=envelope("sanity"),
        session=SESSION,
        comparison_id="comparison",
        findings=findings,
        subject_id=subject_of(findings),
    )
    return compose_sanity_block(WAITING, found, NOON)


def recovered() -> Notice:
    found = RecoveryReport(
        envelope=envelope("recovery"),
        session=SESSION,
        failed_run_id="run-1",
        found=("The run died while it traded.", "One order was canceled."),
        orders=(),
        adopted_fills=1,
        plan_id="plan-1",
        lines_remaining=1,
        value_remaining=Decimal("812.5"),
        hindrances=("the window has closed",),
        next_action="Nothing is traded today any more; the next session plans anew",
    )
    return compose_recovery(found, Mode.LIVE, NOON)


def broken() -> Notice:
    told = compose_break(differing(), Mode.LIVE, NOON)
    assert told is not None
    return told


def watched() -> Notice:
    finding = Finding(
        correlation_id=CORRELATION,
        about="final",
        mode=Mode.LIVE,
        session=SESSION,
        headline="No result by 21:05 UTC",
        sentence="The session was to be traded at 20:45 UTC, and no run came to a result.",
        outcome="failed",
        code="no-result",
        next_action="Look at `alchemiser doctor --watch`",
        facts={"last sign of life": "2024-11-29 20:46 UTC"},
    )
    return compose_finding(finding, NOON)


def late() -> Notice:
    return retold(traded(), "late", "Late")


def resumed() -> Notice:
    return retold(traded(), RESUMED, "Resumed")


KINDS: dict[str, Callable[[], Notice]] = {
    made.__name__: made
    for made in (
        traded,
        nothing_to_do,
        partial,
        failed_to_fill,
        failed,
        failed_while_trading,
        halted,
        skipped,
        tripped,
        strange,
        recovered,
        broken,
        watched,
        late,
        resumed,
    )
}
KINDS["approval_wanted"] = lambda: compose_approval_wanted(WAITING, plan("SPY", "BIL"), NOON)
KINDS["books_differ"] = lambda: compose_trading(
    trading(result(Outcome.TRADED, SPY=OrderState.FILLED), plan("SPY"), differing()), NOON
)
