"""The risk gate: the only way to the broker's `submit` and `replace`, and it fails closed (R-32).

1. `open_gate` judges the plan as a whole. Without it there is no gate, and without a gate nothing is sent.
2. `RiskGate.look` looks at the account; the guards of the account judge it, and a loss beyond the limit halts
   trading by itself.
3. `RiskGate.admit` judges one order, when its turn has come within the broker's limit of requests. The
   session's counters, the halt in force, the open breaks and the mark that the order is being sent are read
   and written in one transaction: of two processes the second counts what the first let through, and a halt
   that is on disk is seen by the very next order.
4. `RiskGate.submit` and `replace` take an admission, once, and make the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from threading import Lock

import structlog
from sqlalchemy import Connection

from alchemiser_dagster.errors import RiskError, SessionError
from alchemiser_dagster.ledger.admissions import hold_session
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderNews
from alchemiser_dagster.records.halt import HaltChange, level_of
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.order import BrokerOrder, OrderChange, OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side, Symbol
from alchemiser_dagster.risk.account_guards import ACCOUNT_GUARDS, AccountCase, halt_allows, is_way_out
from alchemiser_dagster.risk.account_view import AccountView, look_at
from alchemiser_dagster.risk.loss_halt import halt_after_loss
from alchemiser_dagster.risk.order_case import OrderCase, counted_price
from alchemiser_dagster.risk.order_guards import ORDER_GUARDS, is_moving
from alchemiser_dagster.risk.parts import GateParts
from alchemiser_dagster.risk.session_use import SessionUse

LOG = structlog.stdlib.get_logger("alchemiser_dagster.risk")

LOOK_LASTS = timedelta(seconds=60)
BY_THE_LOOK = frozenset({"sells_what_is_held", "buying_power_suffices", "exposure_is_within_limit"})
"""Guards that may count twice what others fill during the look: what they refuse then is tried again."""


@dataclass(frozen=True)
class Refusal:
    """Why an order may not go; `is_final` where the order itself is at fault, not the moment."""

    reason: str
    is_final: bool


@dataclass(frozen=True)
class Admission:
    """An order that may go, once: it is counted, and written down as being sent."""

    order: LedgerOrder


@dataclass
class RiskGate:
    """Lets the orders of one plan through, or not; made by `open_gate`.

    Parameters
    ----------
    assets
        What the broker says of the plan's symbols.
    base_equity
        What the account was worth at the close before; None where nobody knows.
    """

    plan: RebalancePlan
    parts: GateParts
    assets: Mapping[Symbol, AssetInfo]
    base_equity: Decimal | None
    _view: AccountView | None = None
    _given: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def look(self) -> AccountView:
        """Look at the account anew; a loss beyond the limit halts trading."""
        admitted = self.parts.admissions.of_session(self._account, self.plan.session)
        filled = {one.order.client_order_id: one.order.filled_quantity for one in admitted}
        view = look_at(self.parts.broker, self.parts.clock, filled)
        halt_after_loss(self.account_case(view, buys=False), self.plan, self.parts)
        self._view = view
        return view

    def view(self) -> AccountView:
        """Return the account as it was at most a minute ago."""
        with self._lock:
            view = self._view
            if view is None or self.parts.clock.now() - view.taken_at > LOOK_LASTS:
                view = self.look()
            return view

    def closed_for(self, side: Side) -> str | None:
        """Return why no order of a side may go at this moment, or None."""
        return self._closed_under(self._halt(), side)

    def halted_for(self, side: Side) -> str | None:
        """Return the halt that forbids a side, or None."""
        return halt_allows(self._halt(), side)

    def account_case(self, view: AccountView, *, buys: bool) -> AccountCase:
        """Return what the guards of the account judge."""
        return AccountCase(self._account, view, buys, self.base_equity, self.parts.terms.limits)

    def admit(self, order: LedgerOrder) -> Admission | Refusal:
        """Count the order and mark it as being sent, or say why it may not go; nothing is written then."""
        self.parts.broker.await_turn()
        view = self.view()
        with self.parts.database.transaction() as connection:
            hold_session(connection, order.account, order.session)
            held = self._halt()
            closed = self._closed_under(held, order.side)
            if closed is not None:
                return self._refused(order, "closed", Refusal(closed, is_final=False))
            case = self._case(order, view, connection, held)
            for name, guard in ORDER_GUARDS.items():
                reason = guard(case)
                if reason is not None:
                    is_final = name not in BY_THE_LOOK or not is_moving(case)
                    return self._refused(order, name, Refusal(reason, is_final=is_final))
            return self._admitted(order, connection)

    def submit(self, admission: Admission) -> BrokerOrder:
        """Place the order that was let through."""
        self._use_up(admission)
        return self.parts.broker.submit(admission.order.request())

    def replace(self, admission: Admission, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Ask for an order to give its place to the one that was let through."""
        self._use_up(admission)
        return self.parts.broker.replace(broker_order_id, change)

    @property
    def _account(self) -> str:
        return self.plan.envelope.account

    def _halt(self) -> HaltChange | None:
        return self.parts.halts.in_force(self._account)

    def _closed_under(self, held: HaltChange | None, side: Side) -> str | None:
        return self._out_of_time() or halt_allows(held, side) or self._objection_to_account(side)

    def _out_of_time(self) -> str | None:
        try:
            self.parts.permit.check(self.parts.clock.now())
        except SessionError as closed:
            return closed.what
        return None

    def _objection_to_account(self, side: Side) -> str | None:
        if self._view is None:
            return "the account was not looked at"
        case = self.account_case(self._view, buys=side is Side.BUY)
        return next((reason for guard in ACCOUNT_GUARDS.values() if (reason := guard(case))), None)

    def _case(
        self, order: LedgerOrder, view: AccountView, connection: Connection, held: HaltChange | None
    ) -> OrderCase:
        admitted = self.parts.admissions.of_session(order.account, order.session, connection)
        lines = (line for line in self.plan.lines if line.line_id == order.line_id)
        is_own = (order.plan_id, order.account) == (self.plan.plan_id, self._account)
        return OrderCase(
            order=order,
            line=next(lines, None) if is_own else None,
            asset=self.assets.get(order.symbol),
            view=view,
            use=SessionUse(admitted).beside(order),
            limits=self.parts.terms.limits,
            locked=self.parts.breaks.locked_symbols(order.account),
            is_way_out=is_way_out(level_of(held), order.side),
        )

    def _admitted(self, order: LedgerOrder, connection: Connection) -> Admission:
        now = self.parts.clock.now()
        price = counted_price(order) or order.decision_price
        self.parts.admissions.admit(order, price, now, connection)
        news = OrderNews(OrderState.SENT, now, f"attempt {order.attempt} is being sent")
        sent = self.parts.orders.note(order.client_order_id, news, connection)
        with self._lock:
            self._given.add(order.client_order_id)
        return Admission(sent)

    def _use_up(self, admission: Admission) -> None:
        with self._lock:
            if admission.order.client_order_id not in self._given:
                raise RiskError(
                    "the order was not let through by the risk gate, or was sent already",
                    where=f"order {admission.order.client_order_id}",
                    remedy="Nothing was sent",
                )
            self._given.remove(admission.order.client_order_id)

    def _refused(self, order: LedgerOrder, guard: str, refusal: Refusal) -> Refusal:
        LOG.warning(
            "order refused",
            correlation_id=order.correlation_id,
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side.value,
            guard=guard,
            reason=refusal.reason,
        )
        return refusal
