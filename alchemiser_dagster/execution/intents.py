"""Out of a wish and a quantity, the order that is to be sent: its id says what it is for (R-19)."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.execution.client_order_id import OrderKey, client_order_id
from alchemiser_dagster.execution.sizing import Wish
from alchemiser_dagster.ledger.order_rows import OrderIntent
from alchemiser_dagster.records.order import OrderRequest
from alchemiser_dagster.records.plan import RebalancePlan


def intent_for(plan: RebalancePlan, wish: Wish, quantity: Decimal) -> OrderIntent:
    """Return the order for a quantity of the wish."""
    line, terms = wish.line, wish.terms
    return OrderIntent(
        request=OrderRequest(
            client_order_id=client_order_id(_key(plan, wish)),
            symbol=line.symbol,
            side=line.side,
            quantity=quantity,
            order_type=terms.step.order_type,
            limit_price=terms.limit_price,
            time_in_force=terms.step.time_in_force,
        ),
        plan_id=plan.plan_id,
        line_id=line.line_id,
        attempt=wish.attempt,
        account=plan.envelope.account,
        session=plan.session,
        decision_price=line.reference_price,
        correlation_id=plan.envelope.correlation_id,
        quote=wish.quote,
        replaces=wish.replaces,
    )


def _key(plan: RebalancePlan, wish: Wish) -> OrderKey:
    return OrderKey(
        account=plan.envelope.account,
        session=plan.session,
        plan_id=plan.plan_id,
        symbol=wish.line.symbol,
        side=wish.line.side,
        attempt=wish.attempt,
    )
