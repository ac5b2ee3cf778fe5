"""When an order that is alive may give its place to the next one without being canceled first.

Only a limit order for whole shares of which none is filled: brokers change nothing else, and what the
replacement of a partly filled order asks for is told differently from place to place.
"""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.broker.rounding import is_whole
from alchemiser_dagster.execution.line_chain import LineChain
from alchemiser_dagster.execution.pricing import terms_for
from alchemiser_dagster.execution.sizing import Wish
from alchemiser_dagster.execution.walk import StepKind, Walk
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderState, OrderType


def replacement_for(chain: LineChain, quote: Quote | None, now: datetime, walk: Walk) -> Wish | None:
    """Return what takes the place of the chain's only live order; None where that is canceled instead."""
    if quote is None or len(chain.live) != 1 or not _may_be_replaced(chain.live[0]):
        return None
    (old,), line = chain.live, chain.line
    step = walk.step(chain.next_attempt, line.side, old.quantity, now)
    if step is None or step.kind is not StepKind.LIMIT:
        return None
    terms = terms_for(line.side, quote, step, walk.rules)
    if terms.limit_price == old.limit_price:
        return None
    return Wish(line, chain.next_attempt, old.quantity, terms, quote, replaces=old.client_order_id)


def _may_be_replaced(order: LedgerOrder) -> bool:
    return (
        order.state is OrderState.ACKNOWLEDGED
        and order.order_type is OrderType.LIMIT
        and not order.filled_quantity
        and is_whole(order.quantity)
    )
