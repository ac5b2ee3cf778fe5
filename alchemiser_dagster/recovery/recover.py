"""Recover from a run that failed or vanished (R-39).

1. Hold the account: a run that still lives holds it, and nothing is done then.
2. Settle own orders and adopt their fills (`settlement`), through a broker that sends nothing
   (`quiet_broker`).
3. Tell what happened from books that are settled now (`findings`), and why the rest may not be traded, if it
   may not (`hindrances`).

Everything that is told follows from what is on disk at the end, so a recovery that is killed anywhere and run
again ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.recovery.findings import FailedRun, Findings
from alchemiser_dagster.recovery.hindrances import ResumeGuards
from alchemiser_dagster.recovery.next_steps import next_action
from alchemiser_dagster.recovery.quiet_broker import QuietBroker
from alchemiser_dagster.recovery.settlement import settle_own_orders
from alchemiser_dagster.settings.choices import AfterFailure


@dataclass(frozen=True)
class RecoveryCase:
    """What is recovered from, and what the person wants then.

    Parameters
    ----------
    session
        The session of the run that failed.
    failed_run_id
        That run.
    guards
        Who says whether the rest of the plan may be traded.
    """

    session: date
    failed_run_id: str
    guards: ResumeGuards
    after_failure: AfterFailure


def recover(case: RecoveryCase, environment: ExecutionEnvironment, envelope: Envelope) -> RecoveryReport:
    """Settle what a run left behind and return what was found; no permit is needed, for nothing is sent.

    Raises
    ------
    BusyError
        If a run that still lives, or another recovery, holds the account.
    RiskError
        If the broker's account is another one than the books'.
    BrokerError, StorageError
        If the broker or the ledger fails; run again.
    """
    quiet = replace(environment, broker=QuietBroker(environment.broker))
    account = envelope.account
    with account_lock(quiet.lock_folder, account, f"recovery {envelope.run_id}"):
        _require_own_account(quiet, account)
        begun = quiet.executions.last_begun(account, case.session)
        settlement = settle_own_orders(OrderDesk(quiet), account, begun)
        remaining = case.guards.remaining(account, case.session)
        hindrances = case.guards.hindrances(account, case.session)
        failed = FailedRun(case.failed_run_id, envelope.correlation_id)
        findings = Findings(quiet, failed, begun, settlement, remaining)
        orders = findings.orders
        return RecoveryReport(
            envelope=envelope,
            session=case.session,
            failed_run_id=case.failed_run_id,
            found=findings.sentences,
            orders=orders,
            adopted_fills=len(findings.fills),
            plan_id=begun.plan_id if begun is not None and remaining is not None else None,
            lines_remaining=len(remaining.chains) if remaining else 0,
            value_remaining=remaining.value if remaining else Decimal(0),
            hindrances=hindrances,
            next_action=next_action(orders, hindrances, case.after_failure),
        )


def is_anything_open(environment: ExecutionEnvironment, account: str, session: date) -> bool:
    """Return whether there is anything to recover: an open plan, or an own order without an end."""
    if environment.executions.open_for(account, session) or environment.orders.unsettled(account):
        return True
    return any(is_ours(order.client_order_id) for order in environment.broker.open_orders())


def _require_own_account(environment: ExecutionEnvironment, account: str) -> None:
    theirs = environment.broker.account().account
    if theirs != account:
        raise RiskError(
            "the books are of another account than the broker's",
            where="recovery",
            remedy="Check `mode`, `account` and the keys; nothing was canceled",
        )
