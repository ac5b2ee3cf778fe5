"""The embedded broker's account as rows of the ledger's database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, true, update

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.broker.simulated.activity_rows import ActivityRows, When
from alchemiser_dagster.broker.simulated.effects import Effect
from alchemiser_dagster.broker.simulated.order import (
    Holding,
    SimulatedOrder,
    Trade,
    read_order,
)
from alchemiser_dagster.broker.simulated.queries import (
    IS_OPEN,
    FillReport,
    OrderQuery,
    conditions_of,
    with_totals,
)
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.order_rows import read_fill
from alchemiser_dagster.ledger.tables import (
    simulated_accounts,
    simulated_activities,
    simulated_fills,
    simulated_orders,
    simulated_positions,
)
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side, Symbol

TABLES = (simulated_activities, simulated_fills, simulated_orders, simulated_positions, simulated_accounts)
"""What an account is kept in, whatever depends on another table first."""


@dataclass(frozen=True)
class SimulatedBook:
    """One account within one transaction: nobody else changes it meanwhile."""

    connection: Connection
    account: str

    def open(self, starting_cash: Decimal, at: datetime) -> None:
        """Open the account unless it is open, and hold it against other transactions."""
        if not self._hold():
            insert_missing(
                self.connection,
                simulated_accounts,
                {"account": self.account, "cash": starting_cash, "opened_at": at},
            )
            self._hold()

    def _hold(self) -> bool:
        row = self.connection.execute(
            select(simulated_accounts.c.account)
            .where(simulated_accounts.c.account == self.account)
            .with_for_update()
        ).first()
        return row is not None

    def begin_anew(self, cash: Decimal, holdings: Iterable[Holding], at: datetime) -> None:
        """Open the account with this cash and these shares, and forget all that it was."""
        for table in TABLES:
            self.connection.execute(delete(table).where(table.c.account == self.account))
        self.open(cash, at)
        for holding in holdings:
            self._hold_shares(holding)

    def opened_at(self) -> datetime | None:
        """Return when the account was opened; None where nobody has asked for it yet."""
        return self.connection.execute(
            select(simulated_accounts.c.opened_at).where(simulated_accounts.c.account == self.account)
        ).scalar_one_or_none()

    def cash(self) -> Decimal:
        """Return the account's cash, in whole cents; one that is not open has none."""
        cash = self.connection.execute(
            select(simulated_accounts.c.cash).where(simulated_accounts.c.account == self.account)
        ).scalar_one_or_none()
        return Decimal(0) if cash is None else cash

    def holdings(self) -> tuple[Holding, ...]:
        """Return what is held, sorted by symbol."""
        rows = self.connection.execute(
            select(simulated_positions)
            .where(simulated_positions.c.account == self.account)
            .order_by(simulated_positions.c.symbol)
        )
        return tuple(Holding(row.symbol, row.quantity, row.average_entry_price) for row in rows)

    def held(self, symbol: Symbol) -> Decimal:
        """Return the number of shares held of the symbol."""
        return next((held.quantity for held in self.holdings() if held.symbol == symbol), Decimal(0))

    def orders(self, *conditions: ColumnElement[bool]) -> tuple[SimulatedOrder, ...]:
        """Return the account's orders that fit the conditions, in the order of their submission."""
        return self._read(self._selection(*conditions).order_by(simulated_orders.c.number))

    def listed(self, query: OrderQuery) -> tuple[SimulatedOrder, ...]:
        """Return the account's orders that a query asks for."""
        columns = simulated_orders.c.submitted_at, simulated_orders.c.number
        order = (column.desc() if query.newest_first else column.asc() for column in columns)
        return self._read(self._selection(*conditions_of(query)).order_by(*order).limit(query.limit))

    def _selection(self, *conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
        return select(simulated_orders).where(simulated_orders.c.account == self.account, *conditions)

    def _read(self, selection: Select[tuple[object, ...]]) -> tuple[SimulatedOrder, ...]:
        return tuple(read_order(row) for row in self.connection.execute(selection).mappings())

    def open_orders(self) -> tuple[SimulatedOrder, ...]:
        """Return the orders that can still fill."""
        return self.orders(IS_OPEN)

    def order_by_client_id(self, client_order_id: str) -> SimulatedOrder | None:
        """Return the order with the client order id."""
        return next(iter(self.orders(simulated_orders.c.client_order_id == client_order_id)), None)

    def order(self, broker_order_id: str) -> SimulatedOrder | None:
        """Return the order with the broker's id."""
        return next(iter(self.orders(simulated_orders.c.broker_order_id == broker_order_id)), None)

    def add_order(self, order: SimulatedOrder) -> None:
        """Add an order behind all others."""
        self.connection.execute(
            insert(simulated_orders).values(
                **vars(order), account=self.account, number=self._next(simulated_orders.c.number)
            )
        )

    def save(self, order: SimulatedOrder) -> None:
        """Keep what an order has become."""
        self.connection.execute(
            update(simulated_orders)
            .where(simulated_orders.c.broker_order_id == order.broker_order_id)
            .values(
                status=order.status.value,
                quantity=order.quantity,
                filled_quantity=order.filled_quantity,
                average_price=order.average_price,
                replaced_by=order.replaced_by,
                pending_since=order.pending_since,
                updated_at=order.updated_at,
            )
        )

    def exchange(self, order: SimulatedOrder, trade: Trade) -> None:
        """Exchange shares for cash, to the cent, and keep the fill."""
        value = to_cent(trade.quantity * trade.price)
        change = value if order.side is Side.SELL else -value
        self._add_fill(order, trade, change)
        self._set_cash(self.cash() + change)
        self._move_shares(order, trade)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return the account's fills at or after the instant, in the order in which they happened."""
        return self._fills(simulated_fills.c.filled_at >= instant)

    def _fills(self, condition: ColumnElement[bool]) -> tuple[Fill, ...]:
        rows = self.connection.execute(
            select(simulated_fills, simulated_orders.c.client_order_id)
            .join(simulated_orders, simulated_orders.c.broker_order_id == simulated_fills.c.broker_order_id)
            .where(simulated_fills.c.account == self.account, condition)
            .order_by(simulated_fills.c.number)
        ).mappings()
        return tuple(read_fill(row) for row in rows)

    @property
    def activities(self) -> ActivityRows:
        """What happened to the account besides trades."""
        return ActivityRows(self.connection, self.account)

    def let_happen(self, happening_id: str, effect: Effect, when: When) -> None:
        """Change cash and shares, and write the rows that tell of it."""
        self.activities.add(happening_id, effect.rows, when)
        self._set_cash(self.cash() + effect.cash_change)
        for holding in effect.holdings:
            self._put_shares(holding)

    def fill_reports(self, instant: datetime | None = None) -> tuple[FillReport, ...]:
        """Return the account's fills, each beside its order and the totals; only those since an instant."""
        is_recent = true() if instant is None else simulated_fills.c.filled_at >= instant
        recent = select(simulated_fills.c.broker_order_id).where(
            simulated_fills.c.account == self.account, is_recent
        )
        orders = {
            order.broker_order_id: order
            for order in self.orders(simulated_orders.c.broker_order_id.in_(recent))
        }
        fills = self._fills(simulated_fills.c.broker_order_id.in_(recent))
        reports = with_totals(fills, orders)
        return tuple(one for one in reports if instant is None or one.fill.filled_at >= instant)

    def _add_fill(self, order: SimulatedOrder, trade: Trade, cash_change: Decimal) -> None:
        number = self._next(simulated_fills.c.number)
        self.connection.execute(
            insert(simulated_fills).values(
                fill_id=derived_id(order.broker_order_id, str(number)),
                account=self.account,
                broker_order_id=order.broker_order_id,
                symbol=order.symbol,
                side=order.side.value,
                quantity=trade.quantity,
                price=trade.price,
                cash_change=cash_change,
                filled_at=trade.at,
                number=number,
            )
        )

    def _set_cash(self, cash: Decimal) -> None:
        self.connection.execute(
            update(simulated_accounts).where(simulated_accounts.c.account == self.account).values(cash=cash)
        )

    def _move_shares(self, order: SimulatedOrder, trade: Trade) -> None:
        before = {held.symbol: held for held in self.holdings()}.get(order.symbol)
        held = before or Holding(order.symbol, Decimal(0), trade.price)
        self._put_shares(held.after(order.side, trade))

    def _put_shares(self, holding: Holding) -> None:
        """Hold this of its symbol, in the place of what was held."""
        self.connection.execute(
            delete(simulated_positions).where(
                simulated_positions.c.account == self.account, simulated_positions.c.symbol == holding.symbol
            )
        )
        if holding.quantity:
            self._hold_shares(holding)

    def _hold_shares(self, holding: Holding) -> None:
        self.connection.execute(insert(simulated_positions).values(account=self.account, **vars(holding)))

    def _next(self, number: ColumnElement[int]) -> int:
        table = simulated_orders if number is simulated_orders.c.number else simulated_fills
        highest = self.connection.execute(
            select(func.max(number)).where(table.c.account == self.account)
        ).scalar_one()
        return int(highest or 0) + 1
