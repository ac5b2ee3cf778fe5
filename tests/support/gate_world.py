"""A world that does its worst to the risk gate, and counts at the broker's own books what arrived there.

Steps are data, so that a sequence that passes a limit can be shrunk. Prices move between steps alone, and bid
and ask are the same, so that the account is worth the same from a look to an arrival, to the cent.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete
from support.arrivals import Arrival, Books, Ours, broken_limits
from support.gate_stage import lock, set_level
from support.gate_steps import (
    Level,
    Limits,
    Lock,
    Move,
    Race,
    Step,
    Stranger,
    Trade,
    Twist,
    Wanted,
    mistaken,
    twisted,
)
from support.mortal import Fate, Killed, MortalBroker, MortalDatabase, PassingBroker
from support.trading import (
    CALENDAR,
    DIRECT,
    PRICES,
    SESSION,
    Bench,
    envelope_for,
    limit_order,
    line_at,
    plan_of,
    unhurried,
)

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import AlchemiserError, BrokerError
from alchemiser_dagster.execution import phase
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.execution.phase import phase_of
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.tables import breaks
from alchemiser_dagster.records.account import BrokerAccount
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest, OrderState
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.gate import Admission, RiskGate
from alchemiser_dagster.risk.opening import open_gate
from alchemiser_dagster.risk.permit import TradingPermit
from alchemiser_dagster.risk.terms import GateTerms
from alchemiser_dagster.settings.choices import Requote
from alchemiser_dagster.settings.risk import RiskSettings

MORNING = datetime(2024, 11, 27, 15, 0, tzinfo=UTC)
ALL_DAY = timedelta(hours=6)
BEGUN_WITH = Decimal(100_000)


class WatchingBroker(PassingBroker):
    """The embedded broker: notes each order with what the books said just before it arrived."""

    def __init__(self, world: World) -> None:
        super().__init__(world.bench.broker)
        self.world = world
        self.twist = Twist.NOTHING
        self.halts_after: int | None = None

    def account(self) -> BrokerAccount:
        return super().account().model_copy(update={"last_equity": BEGUN_WITH})

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        return tuple(twisted(quote, self.twist) for quote in super().quotes(symbols))

    def submit(self, request: OrderRequest) -> BrokerOrder:
        self.world.arrive(request)
        try:
            return super().submit(request)
        finally:
            self._halt_at_last()

    def _halt_at_last(self) -> None:
        if self.halts_after is not None:
            self.halts_after -= 1
            if not self.halts_after:
                self.world.set_level(HaltLevel.HALT)


@dataclass
class World:
    """One account from the morning of a session on; each run is a process of its own."""

    folder: Path
    patch: pytest.MonkeyPatch
    simulation: SimulationRules
    template: Path
    limits: RiskSettings = field(default_factory=RiskSettings)
    passed: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    plans: dict[str, RebalancePlan] = field(default_factory=dict)
    level: HaltLevel = HaltLevel.NONE
    locked: set[str] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        shutil.copy(self.template, self.folder / "ledger.db")
        self.bench = Bench(self.folder, self.simulation, clock=StandingClock(MORNING))

    @cached_property
    def broker(self) -> WatchingBroker:
        return WatchingBroker(self)

    def play(self, step: Step) -> None:
        """Let the step happen; an order that passes a limit ends it."""
        with suppress(Killed):
            self._happen(step)

    def _happen(self, step: Step) -> None:
        match step:
            case Trade():
                self._trade(step)
            case Race():
                self._race(step)
            case Limits():
                self.limits = self.limits.model_copy(update=dict(step.changed))
            case Level():
                self.set_level(step.level)
            case Move():
                self.bench.feed.prices[step.symbol] = float(
                    round(Decimal(PRICES[step.symbol]) * step.factor, 2)
                )
            case Lock():
                self._lock(step.symbol)
            case Stranger():
                self._stranger(step)

    def set_level(self, level: HaltLevel) -> None:
        self.count += 1
        self.level = level
        set_level(self.bench.database, level, self.count)

    def arrive(self, request: OrderRequest) -> None:
        """Hold what arrives against the limits in force; what it passes is kept."""
        known = self.bench.environment().orders.find(request.client_order_id)
        assert known is not None, "an order of which the ledger knows nothing"
        arrival = Arrival(request, Ours(known, self.plans.get(known.plan_id)), self.limits, self.books())
        self.seen["arrived"] += 1
        self.seen[f"arrived {request.side}"] += 1
        self.passed += broken_limits(arrival)
        if self.passed:
            raise Killed

    def books(self) -> Books:
        """Return what the broker's own books say, and what a person has said."""
        broker, orders = self.bench.broker, self.bench.environment().orders
        return Books(
            account=broker.account(),
            positions={held.symbol: held for held in broker.positions()},
            orders=broker.orders_since(MORNING - timedelta(days=1)),
            ours={one.client_order_id: one for one in orders.of_session("simulated", SESSION)},
            level=self._level_in_force(),
            locked=frozenset(self.locked),
            begun_with=BEGUN_WITH,
        )

    def _level_in_force(self) -> HaltLevel:
        return HaltBook(self.bench.database).level("simulated")

    def _permit(self) -> TradingPermit:
        return TradingPermit(SESSION, CALENDAR, self.bench.clock, self.bench.broker, ALL_DAY)

    def _environment(self, requote: Requote = Requote.CANCEL) -> ExecutionEnvironment:
        rules = DIRECT.model_copy(
            update={"step_seconds": 0.5, "settling_seconds": 2.0, "quote_seconds": 0.0, "requote": requote}
        )
        return ExecutionEnvironment(
            self.bench.database,
            self.broker,
            self.bench.clock,
            rules,
            self.folder / "locks",
            GateTerms(self.limits),
        )

    def _plan(self, wanted: Sequence[Wanted]) -> RebalancePlan:
        self.count += 1
        equity = self.bench.broker.account().equity
        held = self.bench.held()
        lines = [self._line(one, equity, held) for one in wanted]
        plan = plan_of(*lines, cash=self.bench.cash(), sequence=self.count)
        self.plans[plan.plan_id] = plan
        return plan

    def _line(self, wanted: Wanted, equity: Decimal, held: Mapping[str, Decimal]) -> PlanLine:
        price = Decimal(repr(self.bench.feed.prices[wanted.symbol]))
        reference = round(price * wanted.drift, 2)
        if wanted.side is Side.BUY:
            quantity = round(wanted.size * equity / price)
        else:
            quantity = round(wanted.size * held.get(wanted.symbol, Decimal(5)))
        return line_at(float(reference), wanted.symbol, wanted.side, Decimal(max(quantity, 1)))

    def _trade(self, trade: Trade) -> None:
        plan = self._plan(trade.wanted)
        self.broker.twist, self.broker.halts_after = trade.twist, trade.halts_after
        with self.patch.context() as patched:
            patched.setattr(phase, "intent_for", mistaken(trade.mistake))
            is_killed = self._execute(plan, trade, Fate(dies_at=trade.dies_at))
            if is_killed and trade.is_resumed and not self.passed:
                self._execute(plan, trade, Fate())
        self.broker.twist, self.broker.halts_after = Twist.NOTHING, None

    def _execute(self, plan: RebalancePlan, trade: Trade, fate: Fate) -> bool:
        """Execute the plan in a process of its own; return whether it was killed."""
        database = unhurried(MortalDatabase(str(self.bench.database.url), fate))
        environment = replace(
            self._environment(trade.requote), database=database, broker=MortalBroker(self.broker, fate)
        )
        try:
            execute_plan(plan, environment, self._permit(), envelope_for(f"result-{plan.sequence}"))
        except Killed:
            self.seen["killed"] += 1
            return True
        except AlchemiserError as refused:
            self.seen[refused.code] += 1
        finally:
            database.close()
        return False

    def _race(self, race: Race) -> None:
        gates = [gate for wanted in (race.first, race.second) if (gate := self._gate(wanted, race))]
        chance = Random(race.seed)  # noqa: S311 - a test's own sequence
        with self.patch.context() as patched:
            patched.setattr(phase, "intent_for", mistaken(race.mistake))
            asked = [(gate, order) for gate in gates for order in self._intended(gate)]
        chance.shuffle(asked)
        waiting: list[tuple[RiskGate, Admission]] = []
        for gate, order in asked:
            verdict = gate.admit(order)
            if isinstance(verdict, Admission):
                waiting.append((gate, verdict))
            else:
                self.seen["refused"] += 1
            chance.shuffle(waiting)
            while waiting and chance.random() < 0.5:
                self._send(*waiting.pop())
        for gate, admission in waiting:
            self._send(gate, admission)

    def _gate(self, wanted: Sequence[Wanted], race: Race) -> RiskGate | None:
        plan = self._plan(wanted)
        environment = self._environment()
        environment.executions.open(plan, self.bench.clock.now())
        parts = environment.gate_parts(self._permit())
        if race.is_bare:
            symbols = [line.symbol for line in plan.lines]
            assets = {asset.symbol: asset for asset in self.broker.assets(symbols)}
            gate = RiskGate(plan, parts, assets, BEGUN_WITH)
            gate.look()
            return gate
        try:
            return open_gate(plan, parts)
        except AlchemiserError as refused:
            self.seen[refused.code] += 1
            return None

    def _intended(self, gate: RiskGate) -> Iterator[LedgerOrder]:
        environment = self._environment()
        desk = OrderDesk(environment, gate)
        for side in Side:
            side_of_plan = phase_of(desk, gate, side)
            if side_of_plan.lines:
                intents = tuple(side_of_plan._priced(side_of_plan.chains()))
                made = [phase.intent_for(gate.plan, wish, wish.quantity) for wish in intents]
                own = {intent.request.client_order_id: intent for intent in made}
                yield from environment.orders.intend(tuple(own.values()), self.bench.clock.now())

    def _send(self, gate: RiskGate, admission: Admission) -> None:
        orders, now = self.bench.environment().orders, self.bench.clock.now()
        try:
            orders.record(gate.submit(admission), now)
        except BrokerError as refused:
            self.seen["refused by the broker"] += 1
            desk = OrderDesk(self._environment())
            desk._unless_there(admission.order, OrderState.REJECTED, refused.what)

    def _lock(self, symbol: str | None) -> None:
        if symbol is None:
            self.locked.clear()
            with self.bench.database.transaction() as connection:
                connection.execute(delete(breaks))
        elif symbol not in self.locked:
            self.locked.add(symbol)
            lock(self.bench.database, symbol, f"break-{symbol}")

    def _stranger(self, step: Stranger) -> None:
        self.count += 1
        price = "1" if step.side is Side.BUY else "9999"
        order = limit_order(step.symbol, step.side, "3", price, f"stranger-{self.count}")
        try:
            self.bench.broker.submit(order)
        except BrokerError:
            self.seen["refused strangers"] += 1

    def close(self) -> None:
        self.bench.database.close()
