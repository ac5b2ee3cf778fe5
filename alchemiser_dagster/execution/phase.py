"""One side of a plan: all its sells, or all its buys, from intent to the end of every order.

1. Orders that an interrupted run left are brought to their end first (`OrderDesk.settle`).
2. What is left to try is priced (`pricing`), sized (`sizing`) and intended, all lines in one transaction.
3. It is sent and settled; the rest of a dead order is tried again, up to the set number of attempts.

Because all first attempts are intended together, a line without an order was left out on purpose: a run that
resumes never sizes it anew, and so ends where an undisturbed one ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.execution.client_order_id import OrderKey, client_order_id
from alchemiser_dagster.execution.line_chain import LineChain, chains_of
from alchemiser_dagster.execution.order_desk import LOG, OrderDesk
from alchemiser_dagster.execution.pricing import objection_to, terms_for
from alchemiser_dagster.execution.sizing import Means, Sized, Wish, size
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderIntent
from alchemiser_dagster.records.execution import ExecutionSkip
from alchemiser_dagster.records.order import OrderRequest
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.values import Side

SIZED_BEFORE = "left out when its side was sized, before an interruption"


@dataclass(frozen=True)
class Phase:
    """The lines of one side of a plan; `reasons` says why a line, or the rest of one, is not sent."""

    desk: OrderDesk
    plan: RebalancePlan
    lines: tuple[PlanLine, ...]
    reasons: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Bring every line to its end, as far as the market, the account and the permit allow."""
        environment = self.desk.environment
        self.desk.settle(self._live())
        for _round in range(environment.rules.max_attempts):
            intents = self._next_intents()
            if not intents:
                return
            self.desk.settle(environment.orders.intend(intents, environment.clock.now()))

    def forgo(self, reason: str) -> None:
        """Send nothing, and say why; orders that an interrupted run left are withdrawn."""
        self.desk.wind_up(self._live())
        for line in self.lines:
            self._leave_out(line, reason)

    def chains(self) -> tuple[LineChain, ...]:
        """Return each line with its orders."""
        return chains_of(self.lines, self.desk.environment.orders.of_plan(self.plan.plan_id))

    def skips(self) -> tuple[ExecutionSkip, ...]:
        """Return what of each line was not sent, and why."""
        return tuple(
            ExecutionSkip(
                line_id=chain.line.line_id,
                symbol=chain.line.symbol,
                side=chain.line.side,
                quantity=unsent,
                reason=self.reasons.get(chain.line.line_id, SIZED_BEFORE),
            )
            for chain in self.chains()
            if (unsent := self._unsent(chain))
        )

    def _unsent(self, chain: LineChain) -> Decimal:
        if not chain.orders or chain.line.line_id not in self.reasons:
            return chain.unsent
        return chain.unsent + chain.left_to_try(self.desk.environment.rules.max_attempts)

    def _live(self) -> tuple[LedgerOrder, ...]:
        return tuple(order for chain in self.chains() for order in chain.live)

    def _next_intents(self) -> tuple[OrderIntent, ...]:
        wanted = self._wanted()
        if not wanted:
            return ()
        try:
            self.desk.permit.check(self.desk.environment.clock.now())
        except SessionError as closed:
            for chain in wanted:
                self._leave_out(chain.line, closed.what)
            return ()
        sized = size(self._priced(wanted), self._means(), self.desk.environment.rules)
        return tuple(self._intents(sized))

    def _wanted(self) -> tuple[LineChain, ...]:
        chains = self.chains()
        is_sized = any(chain.orders for chain in chains)
        max_attempts = self.desk.environment.rules.max_attempts
        return tuple(
            chain for chain in chains if chain.left_to_try(max_attempts) and (chain.orders or not is_sized)
        )

    def _priced(self, wanted: tuple[LineChain, ...]) -> Iterator[Wish]:
        environment = self.desk.environment
        symbols = tuple(chain.line.symbol for chain in wanted)
        quotes = {quote.symbol: quote for quote in environment.broker.quotes(symbols)}
        now, rules = environment.clock.now(), environment.rules
        for chain in wanted:
            line, quote = chain.line, quotes.get(chain.line.symbol)
            objection = objection_to(quote, line, now, rules)
            if quote is None or objection is not None:
                self._leave_out(line, f"not priced: {objection}")
                continue
            quantity = chain.left_to_try(rules.max_attempts)
            yield Wish(line, len(chain.orders) + 1, quantity, terms_for(line.side, quote, rules))

    def _means(self) -> Means:
        broker = self.desk.environment.broker
        if any(line.side is Side.SELL for line in self.lines):
            return Means({held.symbol: held.quantity_available for held in broker.positions()}, Decimal(0))
        account = broker.account()
        return Means({}, min(account.buying_power, account.cash))

    def _intents(self, sized: Iterable[Sized]) -> Iterator[OrderIntent]:
        for one in sized:
            if one.reason:
                self._leave_out(one.wish.line, one.reason)
            if one.quantity:
                yield self._intent(one)

    def _intent(self, sized: Sized) -> OrderIntent:
        wish, plan = sized.wish, self.plan
        key = OrderKey(
            account=plan.envelope.account,
            session=plan.session,
            plan_id=plan.plan_id,
            symbol=wish.line.symbol,
            side=wish.line.side,
            attempt=wish.attempt,
        )
        return OrderIntent(
            request=OrderRequest(
                client_order_id=client_order_id(key),
                symbol=wish.line.symbol,
                side=wish.line.side,
                quantity=sized.quantity,
                order_type=wish.terms.order_type,
                limit_price=wish.terms.limit_price,
            ),
            plan_id=plan.plan_id,
            line_id=wish.line.line_id,
            attempt=wish.attempt,
            account=plan.envelope.account,
            session=plan.session,
            decision_price=wish.line.reference_price,
            correlation_id=plan.envelope.correlation_id,
        )

    def _leave_out(self, line: PlanLine, reason: str) -> None:
        self.reasons[line.line_id] = reason
        LOG.info(
            "line left out",
            correlation_id=self.plan.envelope.correlation_id,
            symbol=line.symbol,
            side=line.side.value,
            reason=reason,
        )


def phase_of(desk: OrderDesk, plan: RebalancePlan, side: Side) -> Phase:
    """Return the plan's lines of one side, the largest first."""
    lines = (line for line in plan.lines if line.side is side)
    return Phase(desk, plan, tuple(sorted(lines, key=lambda line: (-line.notional, line.symbol))))
