"""Which record class a kind and schema version in the journal stands for."""

from __future__ import annotations

from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.break_acceptance import BreakAcceptance
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HaltChange
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.recovery import RecoveryReport, Resumption
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.signal import StrategySignal

RECORD_KINDS: dict[str, type[Record]] = {
    kind.kind: kind
    for kind in (
        MarketData,
        StrategySignal,
        TargetAllocation,
        AccountSnapshot,
        AllocationComparison,
        RebalancePlan,
        ExecutionResult,
        ReconciliationReport,
        HaltChange,
        Approval,
        BreakAcceptance,
        RecoveryReport,
        Resumption,
        SanityReport,
    )
}
