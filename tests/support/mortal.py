"""A broker and a database that die at the n-th thing they do, as a process does that is killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Counts what is done; dies at one of the things, or never."""

    dies_at: int | None = None
    done: int = 0
    submits: list[str] = field(default_factory=list)

    def step(self) -> None:
        self.done += 1
        if self.done == self.dies_at:
            raise Killed


class MortalDatabase(Database):
    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            yield connection
            self._fate.step()
        self._fate.step()


class PassingBroker:
    """Passes every call on; tests override what they disturb."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def account(self) -> BrokerAccount:
        return self.broker.account()

    def positions(self) -> tuple[Position, ...]:
        return self.broker.positions()

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        return self.broker.assets(symbols)

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        return self.broker.quotes(symbols)

    def clock(self) -> MarketClock:
        return self.broker.clock()

    def await_turn(self) -> None:
        self.broker.await_turn()

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        return self.broker.open_orders()

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        return self.broker.order_by_client_id(client_order_id)

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        return self.broker.orders_since(instant)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        return self.broker.fills_since(instant)

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        return self.broker.activities_since(day)

    def submit(self, request: OrderRequest) -> BrokerOrder:
        return self.broker.submit(request)

    def cancel(self, broker_order_id: str) -> None:
        self.broker.cancel(broker_order_id)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        return self.broker.replace(broker_order_id, change)


class MortalBroker(PassingBroker):
    """Dies before or after any call that reaches the broker while a plan is executed."""

    def __init__(self, broker: Broker, fate: Fate) -> None:
        super().__init__(broker)
        self._fate = fate

    @contextmanager
    def _mortal(self) -> Iterator[None]:
        self._fate.step()
        yield
        self._fate.step()

    def account(self) -> BrokerAccount:
        with self._mortal():
            return super().account()

    def positions(self) -> tuple[Position, ...]:
        with self._mortal():
            return super().positions()

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        with self._mortal():
            return super().quotes(symbols)

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        with self._mortal():
            return super().open_orders()

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        with self._mortal():
            return super().order_by_client_id(client_order_id)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        with self._mortal():
            return super().fills_since(instant)

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        with self._mortal():
            return super().activities_since(day)

    def submit(self, request: OrderRequest) -> BrokerOrder:
        with self._mortal():
            accepted = super().submit(request)
            self._fate.submits.append(request.client_order_id)
            return accepted

    def cancel(self, broker_order_id: str) -> None:
        with self._mortal():
            super().cancel(broker_order_id)

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        with self._mortal():
            return super().orders_since(instant)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        with self._mortal():
            return super().replace(broker_order_id, change)
