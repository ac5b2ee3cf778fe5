"""A market, an account and plans for tests of trading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import event

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import Clock, StandingClock
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import ProvisionalPrice
from alchemiser_dagster.records.order import OrderRequest, OrderType, TimeInForce
from alchemiser_dagster.records.plan import LineReason, PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.permit import TradingPermit
from alchemiser_dagster.risk.terms import GateTerms
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings.choices import LastOrder
from alchemiser_dagster.settings.risk import RiskSettings

SESSION = date(2024, 11, 27)
NEXT_SESSION = date(2024, 11, 29)
CALENDAR = TradingCalendar(date(2024, 11, 1), date(2024, 12, 31))
WINDOW = timedelta(minutes=15)
BEFORE_CLOSE = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
ACCOUNT = "simulated"
DIRECT = ExecutionRules(steps=(Decimal(1),) * 3, step_seconds=60, last_order=LastOrder.NONE, last_attempts=1)
"""Three limits at the far side, one after the other: no walk."""
GENEROUS = GateTerms(limits=RiskSettings(max_trades_per_symbol=5, max_turnover=Decimal(4), max_orders=3_000))
PRICES = {"AAA": 100.0, "BBB": 50.0, "CCC": 20.0, "DDD": 250.0, "EEE": 0.5, "WHO": 10.0}


@dataclass
class TestFeed:
    """Prices that a test sets."""

    __test__ = False

    clock: Clock
    prices: dict[str, float] = field(default_factory=lambda: dict(PRICES))
    observed_at: datetime | None = None

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        at = self.observed_at or self.clock.now()
        return tuple(
            ProvisionalPrice(symbol=symbol, price=self.prices[symbol], observed_at=at)
            for symbol in symbols
            if symbol in self.prices
        )

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        return {symbol: PRICES[symbol] for symbol in symbols if symbol in PRICES}


@dataclass
class Bench:
    """One account on one database; each bench over the same folder is another process to it."""

    folder: Path
    simulation: SimulationRules = field(default_factory=SimulationRules)
    rules: ExecutionRules = DIRECT
    clock: StandingClock = field(default_factory=lambda: StandingClock(BEFORE_CLOSE))
    terms: GateTerms = GENEROUS

    def __post_init__(self) -> None:
        self.feed = TestFeed(self.clock)
        path = self.folder / "ledger.db"
        is_new = not path.exists()
        self.database = unhurried(Database(f"sqlite:///{path}"))
        if is_new:
            tables.metadata.create_all(self.database.engine)
            keep_origins(self.database)
        self.broker = SimulatedBroker(self.database, self.feed, CALENDAR, self.clock, self.simulation)

    def environment(
        self, broker: Broker | None = None, database: Database | None = None
    ) -> ExecutionEnvironment:
        return ExecutionEnvironment(
            database or self.database,
            broker or self.broker,
            self.clock,
            self.rules,
            self.folder / "locks",
            self.terms,
        )

    def permit(self, session: date = SESSION) -> TradingPermit:
        return TradingPermit(session, CALENDAR, self.clock, self.broker, WINDOW)

    def execute(
        self,
        plan: RebalancePlan,
        broker: Broker | None = None,
        database: Database | None = None,
    ) -> ExecutionResult:
        permit = self.permit(plan.session)
        return execute_plan(plan, self.environment(broker, database), permit, envelope_for("result"))

    def hold(self, holdings: Mapping[str, str]) -> None:
        """Buy what the account is to hold before the test begins."""
        for symbol, quantity in holdings.items():
            self.broker.submit(market_order(symbol, Side.BUY, quantity, client_order_id=f"before-{symbol}"))

    def held(self) -> dict[str, Decimal]:
        return {position.symbol: position.quantity for position in self.broker.positions()}

    def cash(self) -> Decimal:
        return self.broker.account().cash


def keep_origins(database: Database) -> None:
    """Keep what each plan of `plan_of` says that it was made of."""
    journal = Journal(database)
    journal.append(
        TargetAllocation(
            envelope=named("target-1"), session=SESSION, lines=(), cash_weight=Decimal(1), strategies=()
        )
    )
    journal.append(
        AllocationComparison(
            envelope=named("comparison-1"),
            session=SESSION,
            snapshot_id="snapshot-1",
            target_id="target-1",
            equity=Decimal(100_000),
            cash=Decimal(100_000),
            deployable=Decimal(100_000),
            sequence=1,
            lines=(),
        )
    )


def named(record_id: str) -> Envelope:
    return envelope_for(record_id).model_copy(update={"record_id": record_id})


def unhurried(database: Database) -> Database:
    """Return the database without waits for the disk: a killed process needs none of them."""
    event.listen(database.engine, "connect", _without_waiting_for_the_disk)
    return database


def _without_waiting_for_the_disk(connection: SqliteConnection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def envelope_for(name: str) -> Envelope:
    return Envelope(
        record_id=f"record-{name}",
        correlation_id="correlation-1",
        causation_id="cause-1",
        run_id="run-1",
        account=ACCOUNT,
        source="test",
        created_at=BEFORE_CLOSE,
    )


def market_order(symbol: str, side: Side, quantity: str, client_order_id: str = "order-1") -> OrderRequest:
    return OrderRequest(
        client_order_id=client_order_id,
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        order_type=OrderType.MARKET,
    )


def limit_order(
    symbol: str, side: Side, quantity: str, limit: str, client_order_id: str = "order-1"
) -> OrderRequest:
    return OrderRequest(
        client_order_id=client_order_id,
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        order_type=OrderType.LIMIT,
        limit_price=Decimal(limit),
        time_in_force=TimeInForce.DAY,
    )


def line(symbol: str, side: Side, quantity: str, *, fractionable: bool = True) -> PlanLine:
    return line_at(PRICES[symbol], symbol, side, Decimal(quantity), fractionable=fractionable)


def line_at(
    price: float, symbol: str, side: Side, quantity: Decimal, *, fractionable: bool = True
) -> PlanLine:
    reference = Decimal(repr(price))
    return PlanLine(
        line_id=derived_id(symbol, side.value, length=16),
        symbol=symbol,
        side=side,
        quantity=quantity,
        reference_price=reference,
        notional=quantity * reference,
        reason=LineReason.REDUCE if side is Side.SELL else LineReason.INCREASE,
        target_weight=Decimal("0.1"),
        fractionable=fractionable,
        contributions=(),
    )


def sell(symbol: str, quantity: str) -> PlanLine:
    return line(symbol, Side.SELL, quantity)


def buy(symbol: str, quantity: str, *, fractionable: bool = True) -> PlanLine:
    return line(symbol, Side.BUY, quantity, fractionable=fractionable)


def plan_of(
    *lines: PlanLine, cash: Decimal, sequence: int = 1, session: date = SESSION, account: str = ACCOUNT
) -> RebalancePlan:
    shape = ",".join(f"{one.symbol}{one.side}{one.quantity}" for one in lines)
    plan_id = derived_id(account, session.isoformat(), str(sequence), shape)
    return RebalancePlan(
        envelope=envelope_for(f"plan-{plan_id}").model_copy(update={"account": account}),
        plan_id=plan_id,
        session=session,
        sequence=sequence,
        comparison_id="comparison-1",
        lines=lines,
        skips=(),
        equity=Decimal(100_000),
        cash_before=cash,
        expected_sale_proceeds=sum((x.notional for x in lines if x.side is Side.SELL), Decimal(0)),
        expected_purchases=sum((x.notional for x in lines if x.side is Side.BUY), Decimal(0)),
    )
