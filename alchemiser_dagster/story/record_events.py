"""Each kind of record as lines of a timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import cast

from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.break_acceptance import BreakAcceptance
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport, Severity
from alchemiser_dagster.records.recovery import RecoveryReport, Resumption
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.explanation_summary import reasons_of
from alchemiser_dagster.reports.outcomes import execution_cost
from alchemiser_dagster.reports.table import money, percent, shares
from alchemiser_dagster.story.event import Event, Tone

Lines = Iterator[Event]


def events_of_record(record: Record) -> Lines:
    """Yield what a record says: its gist, and below it what is worth a line of its own."""
    return _LINES[type(record)](record)


def _market_data(data: MarketData) -> Lines:
    yield Event(
        f"bars of {len(data.symbols)} symbols from {data.bar_source}, sealed through {data.last_session}; "
        f"decided on {data.price_basis.replace('_', ' ')} prices; table version {data.table_version}"
    )
    for found in data.restated:
        yield Event(
            f"{found.symbol} was restated on {found.sessions_changed} sessions", depth=1, tone="warning"
        )


def _signal(signal: StrategySignal) -> Lines:
    why = reasons_of([signal]).get(signal.strategy, "no explanation was kept")
    is_fragile = signal.explanation is not None and signal.explanation.is_fragile
    tone: Tone = "warning" if is_fragile or not signal.is_defined else "plain"
    yield Event(f"{signal.strategy}: {why}{' FRAGILE.' if is_fragile else ''}", tone=tone)


def _target(target: TargetAllocation) -> Lines:
    parts = [
        f"{percent(line.weight)} {line.symbol}"
        for line in sorted(target.lines, key=lambda found: -found.weight)
    ]
    yield Event(f"target: {', '.join([*parts, f'{percent(target.cash_weight)} cash'])}")


def _snapshot(snapshot: AccountSnapshot) -> Lines:
    account = snapshot.account
    yield Event(
        f"account: equity {money(account.equity)}, cash {money(account.cash)}, "
        f"{len(snapshot.positions)} positions, {len(snapshot.open_orders)} open orders"
    )


def _comparison(comparison: AllocationComparison) -> Lines:
    to_trade = sum((abs(line.difference) for line in comparison.lines), Decimal(0))
    yield Event(f"differs from the target by {money(to_trade)} of {money(comparison.equity)}")


def _sanity(report: SanityReport) -> Lines:
    if report.approved_by:
        yield Event(f"what looks strange was approved by {report.approved_by}")
    elif not report.findings:
        yield Event("nothing looks strange", tone="faint")
    for found in report.findings:
        yield Event(f"strange: {found.message}", tone="bad" if found.is_blocking else "warning")


def _plan(plan: RebalancePlan) -> Lines:
    if plan.is_empty:
        yield Event("plan: nothing to trade")
    else:
        yield Event(
            f"plan {plan.plan_id[:8]}: {len(plan.lines)} trades, sell {money(plan.expected_sale_proceeds)}, "
            f"buy {money(plan.expected_purchases)}"
        )
    for skip in plan.skips:
        yield Event(
            f"{skip.symbol} left alone ({money(skip.difference)}): {skip.reason}", depth=1, tone="faint"
        )


def _result(result: ExecutionResult) -> Lines:
    moved = f"; sold {money(result.sold)}, bought {money(result.bought)}, cost of execution "
    traded = f"{moved}{execution_cost(result)}" if result.orders else ""
    tone: Tone = "good" if result.outcome.is_success else "bad"
    yield Event(f"{result.outcome}: {result.reason}{traded}", tone=tone)
    for skip in result.skips:
        yield Event(
            f"not sent: {skip.side} {shares(skip.quantity)} {skip.symbol}: {skip.reason}",
            depth=1,
            tone="warning",
        )


def _reconciliation(report: ReconciliationReport) -> Lines:
    compared = report.compared
    said = (
        f"{compared.orders} orders, {compared.fills} fills, {compared.positions} positions and cash "
        f"compared: {'books and broker agree' if report.is_clean else 'they differ'}"
    )
    yield Event(said, tone="good" if report.is_clean else "bad")
    for found in report.breaks:
        is_note = found.severity is Severity.NOTE
        yield Event(
            f"{found.severity} break, {found.kind}: {found.message}",
            depth=1,
            tone="faint" if is_note else "bad",
        )


def _halt(change: HaltChange) -> Lines:
    level = "trading resumed" if change.level is HaltLevel.NONE else f"trading halted ({change.level})"
    yield Event(
        f"{level} by {change.by}: {change.reason}",
        tone="plain" if change.level is HaltLevel.NONE else "bad",
    )


def _approval(approval: Approval) -> Lines:
    yield Event(f"{approval.scope} approved by {approval.by}: {approval.reason}", tone="strong")


def _acceptance(acceptance: BreakAcceptance) -> Lines:
    yield Event(
        f"break {acceptance.break_id[:8]} accepted by {acceptance.by}: {acceptance.reason}", tone="strong"
    )


def _recovery(report: RecoveryReport) -> Lines:
    yield Event(f"recovery from run {report.failed_run_id[:8]}: {report.next_action}", tone="strong")
    for sentence in report.found:
        yield Event(sentence, depth=1)


def _resumption(resumption: Resumption) -> Lines:
    yield Event(f"the rest of plan {resumption.plan_id[:8]} is to be traded", tone="strong")


_LINES = cast(
    "dict[type[Record], Callable[[Record], Lines]]",
    {
        MarketData: _market_data,
        StrategySignal: _signal,
        TargetAllocation: _target,
        AccountSnapshot: _snapshot,
        AllocationComparison: _comparison,
        SanityReport: _sanity,
        RebalancePlan: _plan,
        ExecutionResult: _result,
        ReconciliationReport: _reconciliation,
        HaltChange: _halt,
        Approval: _approval,
        BreakAcceptance: _acceptance,
        RecoveryReport: _recovery,
        Resumption: _resumption,
    },
)
