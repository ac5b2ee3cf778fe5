"""One session in which everything happens that can: 14 lines, each with a fate of its own.

Whatever fills in parts is whole shares at one price in cents, so that no rounding depends on how often
somebody looks. Half the spread is 10 basis points: at 100 dollars the first limit to buy lies at 100.00, the
second at 100.05, the third at 100.09, and a market order pays 100.10.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from support.alpaca_bench import ACCOUNT, LookAlike
from support.trading import line_at, plan_of

from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import Requote

CASH = Decimal("1100.00")
PRICES = {
    "EXIT": 100.0,
    "PARTS": 40.0,
    "WALK": 50.0,
    "LATE": 200.0,
    "BAD": 100.0,
    "RACE": 100.0,
    "SWAP": 100.0,
    "ATONCE": 100.0,
    "BYTWENTY": 25.0,
    "THIRD": 60.0,
    "MARKET": 300.0,
    "GONE": 10.0,
    "RUSH": 100.0,
    "SCALED": 490.0,
}
SELLS = {
    "EXIT": "12.345678901",
    "PARTS": "180",
    "WALK": "60",
    "LATE": "30",
    "BAD": "3",
    "RACE": "20.5",
    "SWAP": "40",
}
BUYS = {
    "ATONCE": "55.5",
    "BYTWENTY": "200",
    "THIRD": "70",
    "MARKET": "10",
    "GONE": "20",
    "RUSH": "30.25",
    "SCALED": "6",
}
KEPT = {"PARTS": "7", "BAD": "2"}
BEHAVIOURS: dict[str, dict[str, Any]] = {
    "PARTS": {"shares_per_look": "6"},
    "WALK": {"meets_at": "0.75"},
    "LATE": {"meets_at": "1"},
    "BAD": {"rejects": True},
    "RACE": {"meets_at": "1", "fills_while_pending": "all"},
    "SWAP": {"meets_at": "1", "fills_while_pending": "half"},
    "BYTWENTY": {"shares_per_look": "20", "meets_at": "0.75"},
    "THIRD": {"meets_at": "0.95"},
    "MARKET": {"meets_at": "1"},
    "RUSH": {"meets_at": "1", "fills_while_pending": "all"},
}
MARKET = {
    "withheld": "1000",
    "half_spread_basis_points": "10",
    "meets_at": "0.5",
    "cancel_after": "PT1S",
    "replace_after": "PT1S",
    "non_tradable": ["GONE"],
    "non_fractionable": ["SCALED"],
    "behaviours": BEHAVIOURS,
}


def rules(requote: Requote, lanes: int) -> ExecutionRules:
    """Return the usual walk, with short steps."""
    return ExecutionRules(requote=requote, step_seconds=3, first_pause_seconds=0.5, lanes=lanes)


def begin(look_alike: LookAlike, lanes: int = 1) -> None:
    """Let the day begin anew.

    With several lanes it is a matter of chance whether a replacement is canceled before it is in the market:
    what is left of half an order then varies by cents, so there all of it fills.
    """
    held = {symbol: Decimal(quantity) for symbol, quantity in SELLS.items()}
    kept = {symbol: str(held[symbol] + Decimal(more)) for symbol, more in KEPT.items()}
    races = {"SWAP": BEHAVIOURS["SWAP" if lanes == 1 else "RACE"]}
    look_alike.change_rules(**{**MARKET, "behaviours": {**BEHAVIOURS, **races}})
    look_alike.reset(CASH, {**SELLS, **kept})


def plan() -> RebalancePlan:
    """Return the day's plan."""
    lines = (*_lines(Side.SELL, SELLS), *_lines(Side.BUY, BUYS))
    return plan_of(*lines, cash=CASH, account=ACCOUNT)


def _lines(side: Side, quantities: dict[str, str]) -> tuple[PlanLine, ...]:
    return tuple(
        line_at(PRICES[symbol], symbol, side, Decimal(quantity), fractionable=symbol != "SCALED")
        for symbol, quantity in quantities.items()
    )
