"""How many shares to buy with a limited budget.

1. `_Basket.spread`: the budget is spread over all purchases in proportion to what each still lacks.
2. `_Basket.top_up`: what rounding and the minimum trade left over goes to the largest rest first.
3. `_Basket.sizing`: what could not be bought is named with its reason.

Step 2 makes planning idempotent: afterwards no purchase that is allowed fits into what is left of the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.portfolio.sizing import Sizing, round_shares, skip_of
from alchemiser_dagster.records.allocation import ComparisonLine
from alchemiser_dagster.records.plan import LineReason, SkipReason


def size_purchases(
    wanted: Sequence[tuple[ComparisonLine, LineReason]], budget: Decimal, rules: PortfolioRules
) -> tuple[Sizing, ...]:
    """Return how many shares to buy of each, for at most the budget in all.

    Parameters
    ----------
    wanted
        Lines whose whole difference is to be bought, with the reason.
    budget
        Account currency; nothing is bought where it is not positive.
    rules
        Minimum trade, and whether fractions may be bought.
    """
    basket = _Basket([line for line, _ in wanted], max(budget, Decimal(0)), rules)
    basket.spread()
    basket.top_up()
    return tuple(basket.sizing(line, reason) for line, reason in wanted)


class _Basket:
    def __init__(self, lines: Sequence[ComparisonLine], budget: Decimal, rules: PortfolioRules) -> None:
        self._lines = lines
        self._rules = rules
        self._left = budget
        self._bought = {line.symbol: Decimal(0) for line in lines}

    def spread(self) -> None:
        total = sum((line.difference for line in self._lines), Decimal(0))
        if not total:
            return
        part = min(Decimal(1), self._left / total)
        for line in self._lines:
            self._buy(line, line.difference * part)

    def top_up(self) -> None:
        for line in sorted(self._lines, key=lambda line: (-self._lacking(line), line.symbol)):
            self._buy(line, min(self._lacking(line), self._left))

    def sizing(self, line: ComparisonLine, reason: LineReason) -> Sizing:
        bought = self._bought[line.symbol]
        whole = self._shares(line, line.difference)
        if bought:
            skip = skip_of(line, (whole - bought) * line.price, SkipReason.NO_CASH)
        else:
            skip = skip_of(line, line.difference, self._why_nothing(line, whole))
        return Sizing(
            line=line, reason=reason, quantity=bought, fractionable=self._fractionable(line), skip=skip
        )

    def _buy(self, line: ComparisonLine, value: Decimal) -> None:
        held = self._bought[line.symbol] * line.price
        quantity = self._shares(line, held + value)
        notional = quantity * line.price
        if notional >= self._rules.minimum_trade:
            self._left -= notional - held
            self._bought[line.symbol] = quantity

    def _lacking(self, line: ComparisonLine) -> Decimal:
        return line.difference - self._bought[line.symbol] * line.price

    def _shares(self, line: ComparisonLine, value: Decimal) -> Decimal:
        return round_shares(value / line.price, fractionable=self._fractionable(line))

    def _fractionable(self, line: ComparisonLine) -> bool:
        return line.fractionable and self._rules.fractional

    def _why_nothing(self, line: ComparisonLine, whole: Decimal) -> SkipReason:
        if not whole:
            return SkipReason.LESS_THAN_ONE_SHARE
        if whole * line.price < self._rules.minimum_trade:
            return SkipReason.BELOW_MINIMUM
        return SkipReason.NO_CASH
