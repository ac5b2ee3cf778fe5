"""What the ledger knows of an account's runs: the columns that measures need, each table read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.run_tables import run_steps, runs
from alchemiser_dagster.ledger.tables import fills, journal, order_events, orders, postings, run_ends
from alchemiser_dagster.records.activity import ActivityKind
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.posting import PostingKind
from alchemiser_dagster.records.reconciliation import ReconciliationReport

FEE_BEGINS = f"{ActivityKind.FEE} ("
"""How the description of a posted fee begins."""


class RunReading(NamedTuple):
    """A run that began."""

    run_id: str
    job: str
    correlation_id: str
    session: date | None
    trigger: str
    launched_at: datetime | None
    began_at: datetime


class StepReading(NamedTuple):
    """One attempt at a step of a run."""

    run_id: str
    step: str
    attempt: int
    state: str
    duration_seconds: float | None
    code: str | None


class EndReading(NamedTuple):
    """How a trading run ended."""

    run_id: str
    correlation_id: str
    session: date | None
    outcome: str
    code: str
    at: datetime


class OrderReading(NamedTuple):
    """An order as far as it is known."""

    client_order_id: str
    broker_order_id: str | None
    correlation_id: str
    session: date
    side: str
    state: str
    filled_quantity: Decimal
    average_price: Decimal | None
    bid: Decimal | None
    ask: Decimal | None


@dataclass(frozen=True)
class Readings:
    """What was read, within one state of the database.

    Parameters
    ----------
    runs, ends
        Oldest first.
    filled
        Shares and dollars of the fills of each order, by its client order id.
    first_sent
        When the first order of each correlation id left.
    fees
        What was posted as a fee: when, and what it took from the account in dollars.
    equity
        What each session's last reconciliation found, in dollars.
    """

    runs: tuple[RunReading, ...]
    steps: tuple[StepReading, ...]
    ends: tuple[EndReading, ...]
    orders: tuple[OrderReading, ...]
    filled: dict[str, tuple[Decimal, Decimal]]
    first_sent: dict[str, datetime]
    fees: tuple[tuple[datetime, Decimal], ...]
    equity: dict[date, Decimal]


def read_readings(database: Database, account: str, since: datetime | None = None) -> Readings:
    """Return what the ledger knows of the account's runs that began at or after an instant, or of all."""
    with database.reading() as connection:
        found_runs = tuple(RunReading(*row) for row in connection.execute(_runs(account, since)))
        found_ends = tuple(EndReading(*row) for row in connection.execute(_ends(account, since)))
        sessions = [*(run.session for run in found_runs), *(end.session for end in found_ends)]
        first = min((session for session in sessions if session is not None), default=None)
        return Readings(
            runs=found_runs,
            steps=tuple(StepReading(*row) for row in connection.execute(_steps(account, since))),
            ends=found_ends,
            orders=tuple(OrderReading(*row) for row in connection.execute(_orders(account, first))),
            filled=_filled(connection, account, first),
            first_sent={row[0]: row[1] for row in connection.execute(_first_sent(account, first))},
            fees=tuple(_fees(connection, account)),
            equity=_equity(connection, account, first),
        )


def _runs(account: str, since: datetime | None) -> Select[Any]:
    columns = [runs.c[name] for name in RunReading._fields]
    return _after(select(*columns).where(runs.c.account == account), runs.c.began_at, since)


def _steps(account: str, since: datetime | None) -> Select[Any]:
    columns = [run_steps.c[name] for name in StepReading._fields]
    return _after(select(*columns).where(run_steps.c.account == account), run_steps.c.began_at, since)


def _ends(account: str, since: datetime | None) -> Select[Any]:
    columns = [run_ends.c[name] for name in EndReading._fields]
    return _after(select(*columns).where(run_ends.c.account == account), run_ends.c.at, since)


def _after(statement: Select[Any], column: ColumnElement[datetime], since: datetime | None) -> Select[Any]:
    return (statement if since is None else statement.where(column >= since)).order_by(column)


def _orders(account: str, first: date | None) -> Select[Any]:
    columns = [orders.c[name] for name in OrderReading._fields]
    wanted = select(*columns).where(orders.c.account == account)
    return wanted if first is None else wanted.where(orders.c.session >= first)


def _filled(connection: Connection, account: str, first: date | None) -> dict[str, tuple[Decimal, Decimal]]:
    wanted = select(fills.c.client_order_id, fills.c.quantity, fills.c.price).where(
        fills.c.account == account
    )
    if first is not None:
        wanted = wanted.where(fills.c.session >= first)
    nothing = Decimal(0), Decimal(0)
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for order, quantity, price in connection.execute(wanted):
        shares, dollars = found.get(order, nothing)
        found[order] = shares + quantity, dollars + quantity * price
    return found


def _first_sent(account: str, first: date | None) -> Select[Any]:
    wanted = (
        select(orders.c.correlation_id, func.min(order_events.c.at))
        .join(order_events, order_events.c.client_order_id == orders.c.client_order_id)
        .where(orders.c.account == account, order_events.c.to_state == OrderState.SENT.value)
        .group_by(orders.c.correlation_id)
    )
    return wanted if first is None else wanted.where(orders.c.session >= first)


def _fees(connection: Connection, account: str) -> Iterator[tuple[datetime, Decimal]]:
    wanted = select(postings.c.occurred_at, postings.c.amount).where(
        postings.c.account == account,
        postings.c.kind == PostingKind.ACTIVITY.value,
        postings.c.description.startswith(FEE_BEGINS),
    )
    for at, amount in connection.execute(wanted.order_by(postings.c.occurred_at)):
        yield at, -amount


def _equity(connection: Connection, account: str, first: date | None) -> dict[date, Decimal]:
    equity = (
        func.json_extract(journal.c.payload, "$.equity")
        if connection.dialect.name == "sqlite"
        else journal.c.payload.op("::json ->>")("equity")
    )
    wanted = select(journal.c.session, equity).where(
        journal.c.kind == ReconciliationReport.kind, journal.c.account == account
    )
    if first is not None:
        wanted = wanted.where(journal.c.session >= first)
    return {row[0]: Decimal(row[1]) for row in connection.execute(wanted.order_by(journal.c.entry))}
