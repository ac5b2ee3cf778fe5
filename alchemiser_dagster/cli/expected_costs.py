"""What a plan is expected to cost: present quotes, past orders and the fees of the settings put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.past_trades import filled_orders
from alchemiser_dagster.portfolio.costs import (
    Experience,
    FeeRates,
    LineCost,
    PastFill,
    expected_costs,
    past_slippage,
)
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import RebalancePlan

MOST_ORDERS = 500


def costs_of(desk: TradingDesk, plan: RebalancePlan) -> tuple[LineCost, ...]:
    """Return what each line of the plan is expected to cost; raise `BrokerError` without quotes."""
    symbols = tuple(sorted({line.symbol for line in plan.lines}))
    quotes = desk.reader.quotes(symbols) if symbols else ()
    past = filled_orders(desk.database, desk.settings.account, MOST_ORDERS)
    costs = desk.settings.costs
    return expected_costs(
        plan.lines,
        {quote.symbol: quote for quote in quotes},
        Experience(tuple(_past_fills(past)), costs.slippage_basis_points),
        FeeRates(costs.sec_fee_per_dollar, costs.taf_per_share, costs.taf_maximum),
    )


def _past_fills(orders: Iterable[LedgerOrder]) -> Iterator[PastFill]:
    for order in orders:
        if order.average_price is None or order.bid is None or order.ask is None:
            continue
        at = order.quoted_at or order.created_at
        quote = Quote(symbol=order.symbol, bid=order.bid, ask=order.ask, observed_at=at)
        slippage = past_slippage(order.side, order.average_price, quote)
        if slippage is not None:
            yield PastFill(order.symbol, slippage)
