"""Sessions of the exchange beside what was done in them: results, costs, and what the account was worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from alchemiser_dagster.operations.orders import OrderMeasure, add_up
from alchemiser_dagster.operations.readings import Readings
from alchemiser_dagster.operations.runs import RunState
from alchemiser_dagster.operations.trading import TradingMeasure
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money
from alchemiser_dagster.sessions import TradingCalendar


class SessionMeasure(Frozen):
    """One session of the exchange.

    Parameters
    ----------
    outcome
        Of the last trading run that came to a result; else of the last one at all; None where none was.
    fees
        What the broker took since the close before, in dollars.
    cost_so_far
        Slippage and fees of this session and those before it, as far as they are known; None where nothing
        was known up to then.
    equity
        What the account was worth at the session's last reconciliation, in dollars; None where none was.
    """

    session: date
    outcome: RunState | None
    orders: OrderMeasure
    fees: Money
    cost_so_far: Money | None
    equity: Money | None

    @property
    def has_result(self) -> bool:
        """Whether a trading run of the session came to a result."""
        return self.outcome is not None and self.outcome.is_result


def session_measures(
    trading: Sequence[TradingMeasure],
    orders: Mapping[tuple[str, date], OrderMeasure],
    readings: Readings,
    calendar: TradingCalendar,
    until: date,
) -> tuple[SessionMeasure, ...]:
    """Return every session from the first that had a run to the last that did or was due, oldest first.

    Parameters
    ----------
    orders
        What is measured of them, by correlation id and session.
    until
        The last session that is due to have a result.
    """
    named = [measure.session for measure in trading if measure.session is not None]
    if not named:
        return ()
    sessions = calendar.between(min(named), max(until, *named))
    fees = _fees(readings.fees, calendar, sessions)
    outcomes, ordered = _outcomes(trading), _by_session(orders)
    so_far: Decimal | None = None
    found = []
    for session in sessions:
        measure = ordered.get(session, OrderMeasure())
        so_far = _sum(so_far, measure.cost, fees.get(session))
        found.append(
            SessionMeasure(
                session=session,
                outcome=outcomes.get(session),
                orders=measure,
                fees=fees.get(session, Decimal(0)),
                cost_so_far=so_far,
                equity=readings.equity.get(session),
            )
        )
    return tuple(found)


def _outcomes(trading: Iterable[TradingMeasure]) -> dict[date, RunState]:
    found: dict[date, RunState] = {}
    for measure in trading:
        if measure.session is not None:
            before = found.get(measure.session)
            if before is None or measure.outcome.is_result or not before.is_result:
                found[measure.session] = measure.outcome
    return found


def _by_session(orders: Mapping[tuple[str, date], OrderMeasure]) -> dict[date, OrderMeasure]:
    found: dict[date, list[OrderMeasure]] = defaultdict(list)
    for (_, session), measure in orders.items():
        found[session].append(measure)
    return {session: add_up(measures) for session, measures in found.items()}


def _fees(
    posted: Iterable[tuple[datetime, Decimal]], calendar: TradingCalendar, sessions: Sequence[date]
) -> dict[date, Decimal]:
    """Return the fees by the session in which, or after which, the broker took them."""
    found: dict[date, Decimal] = {}
    for at, amount in posted:
        session = calendar.session_at(at)
        if sessions[0] <= session <= sessions[-1]:
            found[session] = found.get(session, Decimal(0)) + amount
    return found


def _sum(*amounts: Decimal | None) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
