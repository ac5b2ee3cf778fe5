"""A trading day, printed from what the journal holds."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.console import print_table
from alchemiser_dagster.reports.decisions import plan_skips_table, plan_table, signals_table, target_table
from alchemiser_dagster.reports.explanation_summary import fragile_decisions, reasons_of
from alchemiser_dagster.reports.outcomes import (
    account_table,
    execution_skips_table,
    holdings_table,
    orders_table,
    reconciliation_table,
)
from alchemiser_dagster.reports.sanity import sanity_table
from alchemiser_dagster.reports.table import Table


def print_story(console: Console, records: Sequence[Record]) -> None:
    """Draw the records of a day: signals, target, account, plan, orders, reconciliation."""
    data = next((record for record in records if isinstance(record, MarketData)), None)
    if data is not None:
        console.print(
            f"[bold]Session {data.session}[/bold]: {len(data.symbols)} symbols from {data.bar_source}, "
            f"decided on {data.price_basis.replace('_', ' ')} prices"
        )
    signals = [record for record in records if isinstance(record, StrategySignal)]
    if signals:
        print_table(console, signals_table(signals))
        _print_reasons(console, signals)
    for record in records:
        for table in _tables(record):
            print_table(console, table)


def _print_reasons(console: Console, signals: Sequence[StrategySignal]) -> None:
    for strategy, why in reasons_of(signals).items():
        console.print(f"[bold]{escape(strategy)}[/bold]: {escape(why)}", highlight=False)
    fragile = fragile_decisions(signals)
    if fragile:
        console.print(f"[bold yellow]Fragile decisions[/bold yellow]: {escape('; '.join(fragile))}")
    console.print()


def _tables(record: Record) -> Sequence[Table]:
    return (*_tables_before_orders(record), *_tables_of_outcome(record))


def _tables_before_orders(record: Record) -> Sequence[Table]:
    match record:
        case TargetAllocation():
            return (target_table(record),)
        case AccountSnapshot():
            return (account_table(record),)
        case SanityReport():
            return _unless_empty(sanity_table(record))
        case RebalancePlan():
            return (plan_table(record), *_unless_empty(plan_skips_table(record)))
        case _:
            return ()


def _tables_of_outcome(record: Record) -> Sequence[Table]:
    match record:
        case ExecutionResult():
            return (orders_table(record), *_unless_empty(execution_skips_table(record)))
        case ReconciliationReport():
            return _comparison_tables(record)
        case _:
            return ()


def _comparison_tables(report: ReconciliationReport) -> Sequence[Table]:
    """Return what is shown of a comparison; of the one before the plan only what it found."""
    if report.envelope.source == AccountSnapshot.kind:
        return (reconciliation_table(report),) if report.breaks else ()
    return (reconciliation_table(report), holdings_table(report))


def _unless_empty(table: Table) -> Sequence[Table]:
    return (table,) if table.rows else ()
