"""What was earned, by whom, and what trading cost."""

from __future__ import annotations

from alchemiser_dagster.notify.trading_records import Circumstances
from alchemiser_dagster.notify.wording import (
    NONE,
    NOT_KNOWN_YET,
    dollars,
    moment,
    shares,
    signed_dollars,
    signed_percent,
)
from alchemiser_dagster.portfolio.profit import Profit
from alchemiser_dagster.portfolio.strategy_profit import StrategyOutcome
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import OrderState

MOST_STRATEGIES, MOST_SYMBOLS = 8, 4
DOUBT = ", with something in it that nobody explained or valued"


def profit_facts(circumstances: Circumstances) -> dict[str, str]:
    """Return what the day, the month and all sessions since the start earned."""
    profits = circumstances.profits
    told = {"day": profits.day, "month": profits.month, "since start": profits.start}
    return {name: _profit(profit) for name, profit in told.items()}


def earned_text(profit: Profit) -> str:
    """Return what was earned, in dollars and in percent."""
    percent = f" ({signed_percent(profit.fraction)})" if profit.fraction is not None else ""
    return f"{signed_dollars(profit.amount)}{percent}"


def strategy_facts(strategies: tuple[StrategyOutcome, ...]) -> dict[str, str]:
    """Return what each strategy's shares are worth and earned today, the largest first."""
    ordered = sorted(strategies, key=lambda one: (-(one.value or 0), one.strategy))
    more = len(ordered) - MOST_STRATEGIES
    return {
        **{f"strategy {one.strategy}": _strategy(one) for one in ordered[:MOST_STRATEGIES]},
        **({"more strategies": f"{more}; `alchemiser status` shows each"} if more > 0 else {}),
    }


def cost_facts(result: ExecutionResult, circumstances: Circumstances) -> dict[str, str]:
    """Return what trading cost beside the middle of the quotes, and the fees that the broker booked."""
    return {**_execution_cost(result), **_fees(circumstances)}


def _execution_cost(result: ExecutionResult) -> dict[str, str]:
    cost, basis_points = result.execution_cost, result.execution_cost_basis_points
    if cost is not None and basis_points is not None:
        return {"cost of execution": f"{dollars(cost)} ({basis_points:z.1f} bp)"}
    is_filled = any(order.state is OrderState.FILLED for order in result.orders)
    return {"cost of execution": "unknown"} if is_filled else {}


def _fees(circumstances: Circumstances) -> dict[str, str]:
    fees = circumstances.fees
    if fees is None:
        return {}
    return {"fees": f"{dollars(fees)} booked since the day before" if fees else "none booked yet"}


def _profit(profit: Profit | None) -> str:
    if profit is None:
        return NOT_KNOWN_YET
    return f"{earned_text(profit)} since {moment(profit.since.at)}{'' if profit.is_certain else DOUBT}"


def _strategy(outcome: StrategyOutcome) -> str:
    held = [f"{shares(quantity)} {symbol}" for symbol, quantity in outcome.holdings.items()]
    more = len(held) - MOST_SYMBOLS
    told = ", ".join([*held[:MOST_SYMBOLS], *([f"{more} more"] if more > 0 else [])]) or NONE
    worth = "worth an unknown sum" if outcome.value is None else f"worth {dollars(outcome.value)}"
    earned = NOT_KNOWN_YET if outcome.profit is None else signed_dollars(outcome.profit)
    return f"holds {told}, {worth}, day {earned}" if held else f"holds nothing, day {earned}"
