"""Execute a plan once, whatever happens in between.

1. Hold the account (`lock`); a plan that is closed already returns its recorded result.
2. Ask the first guards: the permit, the account's flags, whose account it is.
3. Settle what earlier runs left (`leftovers`); refuse a plan that the account has outrun.
4. Open the risk gate for the plan as a whole (`risk`); then the execution, sell, buy (`phase`). Sells that
   fail stop the buys.
5. Keep fills, judge the outcome (`outcome`); journal the result and close the execution in one transaction.

Killed at any point, the same call resumes: the ledger says what was intended, the broker what became of it.
"""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.errors import RiskError, SessionError, StorageError, SupersededError
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.leftovers import settle_leftovers
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.execution.order_desk import LOG, OrderDesk
from alchemiser_dagster.execution.outcome import judge, traded_before
from alchemiser_dagster.execution.phase import Phase, phase_of
from alchemiser_dagster.execution.result import Aftermath
from alchemiser_dagster.execution.settling import CLOCK_TOLERANCE, Settling
from alchemiser_dagster.ledger.executions import Execution, ExecutionState
from alchemiser_dagster.records.account import BrokerAccount
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.gate import RiskGate
from alchemiser_dagster.risk.opening import open_gate
from alchemiser_dagster.risk.permit import TradingPermit


def execute_plan(
    plan: RebalancePlan, environment: ExecutionEnvironment, permit: TradingPermit, envelope: Envelope
) -> ExecutionResult:
    """Trade the plan and return what became of it; a plan that is closed returns its recorded result.

    Parameters
    ----------
    environment
        The broker, the books, the clock and the rules.
    permit
        The capability to trade the plan's session.
    envelope
        The result's envelope; its instant is set when the execution is closed.

    Raises
    ------
    BusyError
        If another run holds the account, or another plan took this one's place (`SupersededError`).
    SessionError
        If the plan is not for the permit's session, its window is over, or the account traded a later one.
    RiskError
        If the account may not trade, is another one, or changed since the plan was made; if trading is
        halted, the plan waits for an approval, or the risk gate refuses it.
    BrokerError, StorageError
        If the broker or the ledger fails; the execution stays open, and the same call resumes it.
    """
    with account_lock(environment.lock_folder, plan.envelope.account, f"run {envelope.run_id}"):
        begun = environment.executions.begun(plan)
        if begun is not None and begun.state is not ExecutionState.OPEN:
            return _recorded(begun, environment)
        account = _require_permission(plan, permit, environment)
        leftovers = settle_leftovers(OrderDesk(environment), plan)
        if begun is None:
            _require_unchanged(plan, account if leftovers.were_none else environment.broker.account())
        else:
            Settling(OrderDesk(environment)).catch_up(environment.orders.of_plan(plan.plan_id))
        gate = _opened(plan, permit, environment)
        desk = OrderDesk(environment, gate)
        phases = (
            phase_of(desk, gate, Side.SELL, leftovers.foreign),
            phase_of(desk, gate, Side.BUY, leftovers.foreign),
        )
        return _execute(plan, phases, environment, envelope)


def _opened(plan: RebalancePlan, permit: TradingPermit, environment: ExecutionEnvironment) -> RiskGate:
    """Return the gate; where it stays shut, withdraw what an interrupted run of the plan left open."""
    try:
        return open_gate(plan, environment.gate_parts(permit))
    except RiskError:
        Settling(OrderDesk(environment)).wind_up(environment.orders.of_plan(plan.plan_id))
        raise


def _recorded(execution: Execution, environment: ExecutionEnvironment) -> ExecutionResult:
    if execution.result_record_id is None:
        raise SupersededError(
            "the plan was given up by a later run, which settled its orders",
            where=f"plan {execution.plan_id}",
            remedy="Run again to plan from the account as it is now",
        )
    result = environment.journal.record(execution.result_record_id)
    if not isinstance(result, ExecutionResult):
        raise StorageError(
            f"record {execution.result_record_id} is no execution result",
            where=f"plan {execution.plan_id}",
        )
    LOG.info(
        "plan was executed before",
        correlation_id=execution.correlation_id,
        plan_id=execution.plan_id,
        outcome=result.outcome.value,
    )
    return result


def _require_permission(
    plan: RebalancePlan, permit: TradingPermit, environment: ExecutionEnvironment
) -> BrokerAccount:
    if plan.session != permit.session:
        raise SessionError(
            f"the permit is for session {permit.session}",
            where=f"plan {plan.plan_id} of session {plan.session}",
            remedy="For another session use `alchemiser signals` or a backtest",
        )
    permit.check(environment.clock.now())
    environment.executions.require_none_after(plan.envelope.account, plan.session)
    account = environment.broker.account()
    if account.account != plan.envelope.account:
        raise RiskError(
            "the plan was made for another account than the broker's",
            where=f"plan {plan.plan_id}",
            remedy="Check `mode` and the keys; nothing was sent",
        )
    if account.obstacles:
        raise RiskError(
            f"the account can't trade: {', '.join(account.obstacles)}",
            where=f"plan {plan.plan_id}",
            remedy="See the broker's own pages; nothing was sent",
        )
    return account


def _require_unchanged(plan: RebalancePlan, account: BrokerAccount) -> None:
    if account.cash != plan.cash_before:
        raise RiskError(
            f"the account has {account.cash} in cash now and had {plan.cash_before} when the plan was made",
            where=f"plan {plan.plan_id}",
            remedy="Something else traded or paid meanwhile; run again to plan from the account as it is now",
        )


def _execute(
    plan: RebalancePlan,
    phases: tuple[Phase, Phase],
    environment: ExecutionEnvironment,
    envelope: Envelope,
) -> ExecutionResult:
    started = environment.clock.monotonic()
    log = LOG.bind(correlation_id=plan.envelope.correlation_id, plan_id=plan.plan_id)
    execution = environment.executions.open(plan, environment.clock.now())
    log.info("execution started", lines=len(plan.lines), session=str(plan.session))
    sells, buys = phases
    sells.run()
    _buy_unless_sells_failed(sells, buys)
    _keep_fills(execution, environment)
    result = _close(plan, phases, environment, envelope)
    duration = round(environment.clock.monotonic() - started, 3)
    log.info("execution ended", outcome=result.outcome.value, reason=result.reason, seconds=duration)
    return result


def _buy_unless_sells_failed(sells: Phase, buys: Phase) -> None:
    failed = sum((chain.missing_value for chain in sells.chains()), Decimal(0))
    limit = sells.desk.environment.rules.max_failed_sell
    if failed > limit:
        buys.forgo(f"sells worth {failed:.2f} failed, more than the {limit} that are allowed")
    else:
        buys.run()


def _keep_fills(execution: Execution, environment: ExecutionEnvironment) -> None:
    if environment.orders.of_plan(execution.plan_id):
        environment.fills.record(environment.broker.fills_since(execution.opened_at - CLOCK_TOLERANCE))


def _close(
    plan: RebalancePlan,
    phases: tuple[Phase, ...],
    environment: ExecutionEnvironment,
    envelope: Envelope,
) -> ExecutionResult:
    chains = tuple(chain for phase in phases for chain in phase.chains())
    now = environment.clock.now()
    result = Aftermath(
        chains=chains,
        skips=tuple(skip for phase in phases for skip in phase.skips()),
        fills=environment.fills.of_plan(plan.plan_id),
        verdict=traded_before(plan.traded_by)
        if plan.traded_by
        else judge(chains, environment.rules.negligible_shortfall),
    ).result(plan, envelope.model_copy(update={"created_at": now}))
    with environment.database.transaction() as connection:
        environment.journal.append(result, connection=connection)
        environment.executions.close(
            plan.plan_id,
            result_record_id=envelope.record_id,
            closed_at=now,
            connection=connection,
        )
    return result
