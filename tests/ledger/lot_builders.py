"""An account that strategies share, for tests of its lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from support.ledger_builders import envelope

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.lots import LotBook
from alchemiser_dagster.ledger.order_rows import OrderIntent
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.tables import metadata
from alchemiser_dagster.records.allocation import Contribution
from alchemiser_dagster.records.order import Fill, OrderRequest, OrderType
from alchemiser_dagster.records.plan import LineReason, PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side

ACCOUNT = "simulated"
SESSION = date(2024, 11, 27)
START = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
EQUITY = Decimal(1_000)
PRICE = Decimal(10)


@dataclass(frozen=True)
class Order:
    """One order of the story: its contributions are weights of the equity, at a price of 10 a share."""

    name: str
    side: Side
    quantity: str
    contributions: Mapping[str, str]
    symbol: str = "SPY"

    @property
    def line(self) -> PlanLine:
        parts = {name: Decimal(weight) for name, weight in self.contributions.items()}
        return PlanLine(
            line_id=f"line-{self.name}",
            symbol=self.symbol,
            side=self.side,
            quantity=Decimal(self.quantity),
            reference_price=PRICE,
            notional=Decimal(self.quantity) * PRICE,
            reason=LineReason.INCREASE,
            target_weight=sum(parts.values(), Decimal(0)),
            fractionable=True,
            contributions=tuple(Contribution(strategy=name, weight=weight) for name, weight in parts.items()),
        )

    @property
    def intent(self) -> OrderIntent:
        request = OrderRequest(
            client_order_id=self.name,
            symbol=self.symbol,
            side=self.side,
            quantity=Decimal(self.quantity),
            order_type=OrderType.MARKET,
        )
        return OrderIntent(
            request=request,
            plan_id="plan-1",
            line_id=f"line-{self.name}",
            attempt=1,
            account=ACCOUNT,
            session=SESSION,
            decision_price=PRICE,
            correlation_id="correlation",
        )


def plan_of(*orders: Order) -> RebalancePlan:
    return RebalancePlan(
        envelope=envelope("plan"),
        session=SESSION,
        plan_id="plan-1",
        sequence=1,
        comparison_id="comparison",
        lines=tuple(order.line for order in orders),
        skips=(),
        equity=EQUITY,
        cash_before=EQUITY,
        expected_sale_proceeds=Decimal(0),
        expected_purchases=Decimal(0),
    )


def fill_of(order: Order, number: int, quantity: str, price: str, minutes: int) -> Fill:
    return Fill(
        fill_id=f"fill-{number:03d}",
        broker_order_id=f"broker-{order.name}",
        client_order_id=order.name,
        symbol=order.symbol,
        side=order.side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        filled_at=START + timedelta(minutes=minutes),
    )


class Books:
    """The books of one account, with the plan begun and its orders intended."""

    def __init__(self, *orders: Order, url: str = "sqlite://") -> None:
        self.database = Database(url)
        metadata.create_all(self.database.engine)
        self.fills, self.lots = FillBook(self.database), LotBook(self.database)
        ExecutionBook(self.database).open(plan_of(*orders), START)
        OrderBook(self.database).intend([order.intent for order in orders], START)
