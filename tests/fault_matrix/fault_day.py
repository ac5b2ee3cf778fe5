"""A small trading day in which something goes wrong, run again until it is done, and judged."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from support.alpaca_bench import AlpacaBench, LookAlike
from support.trading import buy, sell
from sweep.verdict import Account, Evidence, Findings, gather, judge

from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.order_rows import OrderEvent
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.look_alike.fault_plan import FaultPlan
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.settings.choices import Requote

CASH = Decimal(5_000)
HOLDINGS = {"AAA": "30", "BBB": "40.5"}
RULES = ExecutionRules(
    requote=Requote.REPLACE, step_seconds=3, last_seconds=20, first_pause_seconds=0.5, settling_seconds=15
)
MARKET: Mapping[str, object] = {
    "half_spread_basis_points": "10",
    "meets_at": "0.5",
    "behaviours": {"AAA": {"meets_at": "0.95"}, "CCC": {"meets_at": "1"}},
    "withheld": "0",
    "cancel_after": "PT0S",
    "replace_after": "PT0S",
    "acknowledge_after": "PT0S",
    "trading_blocked": False,
    "account_blocked": False,
    "trade_suspended_by_user": False,
}
MOST_RUNS = 12
LATER_SECONDS = 60
WORD_OF_THE_BROKER = ("the broker says", "the broker has no such order", "what it was to replace")


@dataclass
class FaultDay:
    """One account and one plan: a sell of whole shares that rests, one of a fraction, and two buys.

    `errors` are what the runs that did not end said.
    """

    look_alike: LookAlike
    rules: ExecutionRules = RULES
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fault-day-")))
    errors: list[AlchemiserError] = field(default_factory=list)
    said: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.heal()
        self.look_alike.reset(CASH, HOLDINGS)

    @cached_property
    def plan(self) -> RebalancePlan:
        lines = (sell("AAA", "30"), sell("BBB", "40.5"), buy("CCC", "150.25"), buy("DDD", "20"))
        return self.bench().plan(*lines)

    def bench(self) -> AlpacaBench:
        """Return one more trading process."""
        return AlpacaBench(self.folder, self.look_alike, self.rules, timeout_seconds=1)

    def suffer(self, plan: FaultPlan) -> None:
        """Let something go wrong from now on."""
        self.look_alike.ask("POST", "/sim/faults", plan.model_dump(mode="json"))

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self.look_alike.heal()
        self.look_alike.change_rules(**MARKET)

    def fired(self) -> int:
        """Return how often the faults fired."""
        report = self.look_alike.ask("GET", "/sim/faults")
        return sum(fault["fired"] for fault in report["faults"])

    def run(self) -> bool:
        """Run the plan once; return whether it came to its end."""
        bench = self.bench()
        try:
            result = bench.execute(self.plan)
        except AlchemiserError as error:
            self.errors.append(error)
            return False
        finally:
            bench.close()
        self.said = {
            "outcome": result.outcome.value,
            "bought": str(result.bought),
            "sold": str(result.sold),
        }
        return True

    def run_until_done(self) -> None:
        """Run until the plan is at its end; what still goes wrong after half of the runs is healed."""
        for number in range(MOST_RUNS):
            if self.run():
                return
            if number == MOST_RUNS // 2:
                self.heal()
        raise AssertionError(f"the day never ends: {self.errors}")

    def evidence(self) -> Evidence:
        """Ask both sides, once nothing goes wrong any more and what was held back has arrived."""
        assert self.said is not None
        self.look_alike.heal()
        self.look_alike.ask("POST", "/sim/clock", {"advance_seconds": LATER_SECONDS})
        return gather(self.folder, self.look_alike, self.plan, self.said)

    def findings(self, undisturbed: Account | None = None) -> Findings:
        """Return what is wrong with orders, fills, and where the account ended."""
        return judge(self.evidence(), undisturbed)

    def assumptions(self) -> list[str]:
        """Return the unknown orders that came to an end without the broker's word (R-26)."""
        return [
            f"{event.client_order_id} went from {event.from_state} to {event.to_state}: {event.detail}"
            for event in self._events()
            if event.from_state is OrderState.UNKNOWN
            and event.to_state.is_terminal
            and not event.detail.startswith(WORD_OF_THE_BROKER)
            and not self._was_refused(event)
        ]

    def _was_refused(self, event: OrderEvent) -> bool:
        return event.to_state is OrderState.REJECTED and any(
            asked["client_order_id"] == event.client_order_id and asked["decided"] in range(400, 500)
            for asked in self.look_alike.requests()
        )

    def _events(self) -> list[OrderEvent]:
        database = Database(f"sqlite:///{self.folder / 'ledger.db'}")
        book = OrderBook(database)
        try:
            return [
                event
                for order in book.of_plan(self.plan.plan_id)
                for event in book.events(order.client_order_id)
            ]
        finally:
            database.close()


def undisturbed(look_alike: LookAlike, rules: ExecutionRules = RULES) -> Account:
    """Return where a day without faults ends."""
    day = FaultDay(look_alike, rules)
    assert day.run()
    assert not day.findings().all
    return day.evidence().account
