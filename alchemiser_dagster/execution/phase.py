"""One side of a plan: all its sells, or all its buys, from intent to the end of every order.

1. Orders that an interrupted run left are brought to their end first (`Settling`).
2. What is left to try is priced one step further on its walk (`walk`, `pricing`), sized to what is really
   there (`sizing`) and intended, all lines in one transaction.
3. It is sent and followed; what is alive when the step's time is over gives way to the next step.

Because all first attempts are intended together, a line without an order was left out on purpose: a run that
resumes never sizes it anew, and so ends where an undisturbed one ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from alchemiser_dagster.execution.intents import intent_for
from alchemiser_dagster.execution.line_chain import LineChain, chains_of
from alchemiser_dagster.execution.order_desk import LOG, OrderDesk
from alchemiser_dagster.execution.patience import Patience
from alchemiser_dagster.execution.pricing import objection_to, terms_for
from alchemiser_dagster.execution.quoting import quotes_of, settled_quotes
from alchemiser_dagster.execution.replacing import replacement_for
from alchemiser_dagster.execution.settling import Settling
from alchemiser_dagster.execution.sizing import Means, Wish, size
from alchemiser_dagster.execution.walk import Walk
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderIntent
from alchemiser_dagster.records.execution import ExecutionSkip
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import BrokerOrder, OrderType, TimeInForce
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.gate import RiskGate
from alchemiser_dagster.settings.choices import Requote

SIZED_BEFORE = "left out when its side was sized, before an interruption"
WALK_ENDED = "nothing more is sent for it after its last step"


@dataclass(frozen=True)
class Phase:
    """The lines of one side of a plan.

    Parameters
    ----------
    foreign
        Open orders of others: a line that would trade against one is left out.
    reasons
        Why a line, or the rest of one, is not sent, by the line's id.
    """

    desk: OrderDesk
    gate: RiskGate
    lines: tuple[PlanLine, ...]
    foreign: tuple[BrokerOrder, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Bring every line to its end, as far as the market, the account and the permit allow."""
        environment = self.desk.environment
        self._work(self._live())
        for _round in range(environment.rules.max_attempts + 1):
            replacements = self._replacements()
            self._settling.wind_up(self._giving_way(replacements))
            intents = (*replacements, *self._next_intents())
            if not intents:
                return
            environment.orders.intend(intents, environment.clock.now())
            self._work(self._live())
        self._settling.wind_up(self._live())

    def forgo(self, reason: str) -> None:
        """Send nothing, and say why; orders that an interrupted run left are withdrawn."""
        self._settling.wind_up(self._live())
        for line in self.lines:
            self._leave_out(line, reason)

    def chains(self) -> tuple[LineChain, ...]:
        """Return each line with its orders."""
        return chains_of(self.lines, self.desk.environment.orders.of_plan(self.plan.plan_id))

    def skips(self) -> tuple[ExecutionSkip, ...]:
        """Return what of each line was not sent, and why."""
        max_attempts = self.desk.environment.rules.max_attempts
        return tuple(
            ExecutionSkip(
                line_id=chain.line.line_id,
                symbol=chain.line.symbol,
                side=chain.line.side,
                quantity=left,
                reason=self.reasons.get(chain.line.line_id, WALK_ENDED if chain.orders else SIZED_BEFORE),
            )
            for chain in self.chains()
            if (left := chain.not_asked_for(max_attempts))
        )

    @property
    def plan(self) -> RebalancePlan:
        """The plan that the gate was opened for."""
        return self.gate.plan

    @property
    def _settling(self) -> Settling:
        return Settling(self.desk)

    @property
    def _walk(self) -> Walk:
        return Walk(self.desk.environment.rules, self._closes_at)

    @property
    def _closes_at(self) -> datetime:
        return self.gate.parts.permit.closes_at

    def _live(self) -> tuple[LedgerOrder, ...]:
        return tuple(order for chain in self.chains() for order in chain.live)

    def _work(self, live: tuple[LedgerOrder, ...]) -> None:
        if live:
            self._settling.work(live, self._patience_for(live), lambda: self._halted() is not None)

    def _patience_for(self, live: tuple[LedgerOrder, ...]) -> Patience:
        """Return the time of the step: as long as the most patient of its orders may work."""
        rules, closes_at = self.desk.environment.rules, self._closes_at
        if any(order.time_in_force is TimeInForce.CLOSE for order in live):
            end = closes_at + rules.auction_wait
            return self._settling.patience((end - self.desk.environment.clock.now()).total_seconds(), end)
        if any(order.order_type is OrderType.MARKET for order in live):
            return self._settling.patience(rules.last_seconds, closes_at)
        return self._settling.patience(rules.step_seconds, self._walk.deadline)

    def _giving_way(self, replacements: Iterable[OrderIntent]) -> tuple[LedgerOrder, ...]:
        replaced = {intent.replaces for intent in replacements}
        return tuple(order for order in self._live() if order.client_order_id not in replaced)

    def _replacements(self) -> tuple[OrderIntent, ...]:
        """Return what takes the place of orders that are alive, where the rules want it so."""
        rules = self.desk.environment.rules
        alive = tuple(chain for chain in self.chains() if chain.live)
        if rules.requote is not Requote.REPLACE or not alive or self._closing_reason() is not None:
            return ()
        quotes = quotes_of((chain.line.symbol for chain in alive), self.desk.environment)
        now = self.desk.environment.clock.now()
        wishes = (
            replacement_for(chain, quotes.get(chain.line.symbol), now, self._walk)
            for chain in alive
            if objection_to(quotes.get(chain.line.symbol), chain.line, now, rules) is None
        )
        return tuple(intent_for(self.plan, wish, wish.quantity) for wish in wishes if wish is not None)

    def _next_intents(self) -> tuple[OrderIntent, ...]:
        wanted = self._wanted()
        if not wanted:
            return ()
        closed = self._closing_reason()
        if closed is not None:
            for chain in wanted:
                self._leave_out(chain.line, closed)
            return ()
        wishes = tuple(self._priced(wanted))
        if not wishes:
            return ()
        sized = size(wishes, self._means(), self.desk.environment.rules)
        for one in sized:
            if one.reason and (one.quantity or one.wish.line.line_id not in self.reasons):
                self._leave_out(one.wish.line, one.reason)
        return tuple(intent_for(self.plan, one.wish, one.quantity) for one in sized if one.quantity)

    def _closing_reason(self) -> str | None:
        """Look at the account and return why nothing of the side may go now, or None."""
        self.gate.look()
        return self.gate.closed_for(self.lines[0].side)

    def _halted(self) -> str | None:
        return self.gate.halted_for(self.lines[0].side)

    def _wanted(self) -> tuple[LineChain, ...]:
        chains = self.chains()
        is_sized = any(chain.orders for chain in chains)
        max_attempts = self.desk.environment.rules.max_attempts
        return tuple(
            chain for chain in chains if chain.left_to_try(max_attempts) and (chain.orders or not is_sized)
        )

    def _priced(self, wanted: tuple[LineChain, ...]) -> Iterator[Wish]:
        quotes = settled_quotes([chain.line for chain in wanted], self.desk.environment)
        now = self.desk.environment.clock.now()
        for chain in wanted:
            wish = self._wish(chain, quotes.get(chain.line.symbol), now)
            if wish is not None:
                yield wish

    def _wish(self, chain: LineChain, quote: Quote | None, now: datetime) -> Wish | None:
        line, rules = chain.line, self.desk.environment.rules
        objection = self._opposed(line) or objection_to(quote, line, now, rules)
        if quote is None or objection is not None:
            self._leave_out(line, f"not priced: {objection}")
            return None
        quantity = chain.left_to_try(rules.max_attempts)
        step = self._walk.step(chain.next_attempt, line.side, quantity, now)
        if step is None:
            self._leave_out(line, WALK_ENDED)
            return None
        return Wish(line, chain.next_attempt, quantity, terms_for(line.side, quote, step, rules), quote)

    def _opposed(self, line: PlanLine) -> str | None:
        for order in self.foreign:
            if order.symbol == line.symbol and order.side is not line.side:
                return f"a foreign order to {order.side} {order.quantity} is open in it"
        return None

    def _means(self) -> Means:
        view = self.gate.view()
        available = {symbol: held.quantity_available for symbol, held in view.positions.items()}
        return Means(available, min(view.account.buying_power, view.account.cash))

    def _leave_out(self, line: PlanLine, reason: str) -> None:
        self.reasons[line.line_id] = reason
        LOG.info(
            "line left out",
            correlation_id=self.plan.envelope.correlation_id,
            symbol=line.symbol,
            side=line.side.value,
            reason=reason,
        )


def phase_of(desk: OrderDesk, gate: RiskGate, side: Side, foreign: tuple[BrokerOrder, ...] = ()) -> Phase:
    """Return the lines of one side of the gate's plan, the largest first."""
    lines = (line for line in gate.plan.lines if line.side is side)
    ordered = tuple(sorted(lines, key=lambda line: (-line.notional, line.symbol)))
    return Phase(desk, gate, ordered, foreign)
