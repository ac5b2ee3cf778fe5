"""A stage for the risk gate: a whole execution in which one thing is made to go wrong at a chosen moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from support.mortal import Killed, PassingBroker
from support.trading import ACCOUNT, BEFORE_CLOSE, GENEROUS, SESSION, Bench, envelope_for, plan_of

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.execution import phase
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderIntent
from alchemiser_dagster.ledger.tables import breaks
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, OrderChange, OrderRequest
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.risk import gate, opening
from alchemiser_dagster.risk.terms import GateTerms

REGISTRIES = {
    "ORDER_GUARDS": (gate,),
    "ACCOUNT_GUARDS": (gate, opening),
    "PLAN_GUARDS": (opening,),
}
Correction = Callable[[OrderIntent], OrderIntent]


class DisturbedBroker(PassingBroker):
    """Notes what arrives, answers with what a test puts into its mouth, and lets things happen before a call.

    `asked` are the ids of the requests that arrived, whatever became of them; at the last of `enough` the
    process is gone.
    """

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker)
        self.asked: list[str] = []
        self.enough: int | None = None
        self.account_says: dict[str, object] = {}
        self.clock_says: Callable[[MarketClock], dict[str, object]] = lambda _clock: {}
        self.positions_say: dict[str, object] = {}
        self.happened: tuple[Activity, ...] = ()
        self.once_before: dict[str, Callable[[], None]] = {}

    def account(self) -> BrokerAccount:
        return super().account().model_copy(update=self.account_says)

    def clock(self) -> MarketClock:
        theirs = super().clock()
        return theirs.model_copy(update=self.clock_says(theirs))

    def positions(self) -> tuple[Position, ...]:
        return tuple(held.model_copy(update=self.positions_say) for held in super().positions())

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        return tuple(one for one in self.happened if one.occurred_on >= day)

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        self._meet("assets")
        return super().assets(symbols)

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        self._meet("quotes")
        return super().quotes(symbols)

    def submit(self, request: OrderRequest) -> BrokerOrder:
        self._arrive("submit", request.client_order_id)
        return super().submit(request)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        self._arrive("replace", change.client_order_id)
        return super().replace(broker_order_id, change)

    def _arrive(self, call: str, client_order_id: str) -> None:
        self._meet(call)
        self.asked.append(client_order_id)
        if len(self.asked) == self.enough:
            raise Killed

    def _meet(self, call: str) -> None:
        self.once_before.pop(call, nothing_happens)()


def nothing_happens() -> None:
    return


@dataclass
class Stage:
    """One account, one plan and one disturbance; `patch` undoes what a disturbance changes of the code."""

    bench: Bench
    broker: DisturbedBroker
    patch: pytest.MonkeyPatch
    change_of_plan: Callable[[RebalancePlan], RebalancePlan] = lambda plan: plan
    plans: list[RebalancePlan] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.bench.database

    @property
    def clock(self) -> StandingClock:
        return self.bench.clock

    def hold(self, holdings: Mapping[str, str]) -> None:
        self.bench.hold(holdings)

    def execute(self, lines: Iterable[PlanLine]) -> str:
        """Execute a plan of the lines; return the refusal of the whole of it, or nothing."""
        made = plan_of(*lines, cash=self.bench.cash(), sequence=len(self.plans) + 1)
        plan = self.change_of_plan(made)
        self.plans.append(plan)
        try:
            environment, permit = self.bench.environment(self.broker), self.bench.permit()
            execute_plan(plan, environment, permit, envelope_for(f"result-{plan.sequence}"))
        except RiskError as refused:
            return f"{refused.code}: {refused.what}"
        except Killed:
            return "killed"
        return ""

    def orders(self) -> tuple[LedgerOrder, ...]:
        return self.bench.environment().orders.of_plan(self.plans[-1].plan_id)

    def before(self, call: str, happens: Callable[[], None]) -> None:
        self.broker.once_before[call] = happens

    def a_minute_later(self, happens: Callable[[], None] = nothing_happens) -> None:
        """Let something happen, and the last look grow old, while the first order is on its way."""

        def pass_time() -> None:
            happens()
            self.clock.sleep(61)

        self.before("submit", pass_time)

    def intend(self, wrong: Correction) -> None:
        """Let a mistake be made where orders are intended, before any guard."""
        right = phase.intent_for
        self.patch.setattr(
            phase, "intent_for", lambda plan, wish, quantity: wrong(right(plan, wish, quantity))
        )

    def without(self, *guards: str) -> None:
        """Take guards out of the registries."""
        for registry, modules in REGISTRIES.items():
            for module in modules:
                kept = {
                    name: guard for name, guard in getattr(module, registry).items() if name not in guards
                }
                self.patch.setattr(module, registry, kept)


def stage_in(folder: Path, patch: pytest.MonkeyPatch, **bench: Any) -> Stage:
    folder.mkdir(exist_ok=True)
    made = Bench(folder, clock=StandingClock(BEFORE_CLOSE), **bench)
    return Stage(made, DisturbedBroker(made.broker), patch)


def terms_with(**limits: object) -> GateTerms:
    """Return terms that allow nearly everything but what is given."""
    own = {name: limit for name, limit in limits.items() if name in GateTerms.__dataclass_fields__}
    of_risk = {name: limit for name, limit in limits.items() if name not in own}
    return replace(GENEROUS, limits=GENEROUS.limits.model_copy(update=of_risk), **own)


def asks_for(**fields: object) -> Correction:
    """Return a mistake: the request says something else than it should."""
    return lambda intent: replace(intent, request=intent.request.model_copy(update=fields))


def lock(database: Database, symbol: str, break_id: str = "break-1") -> None:
    """Let there be an unresolved break of the symbol."""
    with database.transaction() as connection:
        connection.execute(
            insert(breaks).values(
                break_id=break_id,
                account=ACCOUNT,
                session=SESSION,
                kind="manual trade",
                severity="warning",
                symbol=symbol,
                message="10 shares more than the books say",
                remedy="Look",
                state="open",
                first_seen_at=BEFORE_CLOSE,
                last_seen_at=BEFORE_CLOSE,
                report_id="report-1",
            )
        )


def set_level(database: Database, level: HaltLevel, number: int = 1, account: str = ACCOUNT) -> None:
    """Let a person set the level of the account."""
    envelope = envelope_for(f"level-{number}").model_copy(update={"account": account})
    HaltBook(database).change(
        HaltChange(
            envelope=envelope,
            session=SESSION,
            level=level,
            by="Ada",
            reason="to look",
            is_tripped=False,
        )
    )


def skewed(clock: MarketClock, seconds: int) -> dict[str, object]:
    return {"now": clock.now + timedelta(seconds=seconds)}


def opens_again(_clock: MarketClock) -> dict[str, object]:
    return {"is_open": True}
