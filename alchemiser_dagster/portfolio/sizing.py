"""What is to be done about one symbol: leave it alone, or sell so many shares of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.portfolio.arithmetic import CENT, SHARE_STEP, WHOLE_SHARE, plain, round_down
from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.records.allocation import ComparisonLine
from alchemiser_dagster.records.plan import LineReason, PlanSkip, SkipReason

_ADJUSTMENTS = frozenset({LineReason.REDUCE, LineReason.INCREASE})


@dataclass(frozen=True)
class Sizing:
    """Shares of one symbol to trade (0: none), and what of its difference is left alone."""

    line: ComparisonLine
    reason: LineReason
    quantity: Decimal
    fractionable: bool
    skip: PlanSkip | None = None

    @property
    def notional(self) -> Decimal:
        """Value of the trade at the reference price."""
        return self.quantity * self.line.price


def reason_to_trade(line: ComparisonLine) -> LineReason | None:
    """Return which kind of trade the difference asks for; None where it is less than a cent."""
    if abs(line.difference) < CENT:
        return None
    if line.difference < 0:
        return LineReason.REDUCE if line.target_value else LineReason.FULL_EXIT
    return LineReason.INCREASE if line.quantity_held else LineReason.OPEN


def reason_to_skip(
    line: ComparisonLine, reason: LineReason, equity: Decimal, rules: PortfolioRules
) -> SkipReason | None:
    """Return why the whole difference is left alone, or None where it is to be traded."""
    size = abs(line.difference)
    if line.symbol in rules.untouchable:
        return rules.untouchable[line.symbol]
    if rules.only_sells and line.difference > 0:
        return SkipReason.REDUCE_ONLY
    if size < rules.minimum_trade:
        return SkipReason.BELOW_MINIMUM
    if reason in _ADJUSTMENTS and size < rules.minimum_drift * equity:
        return SkipReason.WITHIN_DRIFT
    return None if line.tradable else SkipReason.NOT_TRADABLE


def round_shares(quantity: Decimal, *, fractionable: bool) -> Decimal:
    """Return the quantity rounded down to 9 decimals, or to whole shares (R-29)."""
    return round_down(quantity, SHARE_STEP if fractionable else WHOLE_SHARE)


def size_sale(line: ComparisonLine, reason: LineReason, rules: PortfolioRules) -> Sizing:
    """Return how many shares to sell: never more than are available (R-29).

    A full exit sells exactly what is held. Of an asset that is not fractionable only whole shares can be
    sold; a fraction of it that is held (after a split) stays, as a skip.
    """
    is_exit = reason is LineReason.FULL_EXIT
    fractionable = line.fractionable and (rules.fractional or is_exit)
    exact = line.quantity_held if is_exit else -line.difference / line.price
    wanted = round_shares(exact, fractionable=fractionable)
    available = round_shares(min(exact, line.quantity_available), fractionable=fractionable)
    sold = available if available * line.price >= rules.minimum_trade else Decimal(0)
    rest = wanted - sold if sold and not is_exit else exact - sold
    if available < wanted:
        why = SkipReason.HELD_BY_OPEN_ORDER
    elif wanted and not sold:
        why = SkipReason.BELOW_MINIMUM
    else:
        why = SkipReason.LESS_THAN_ONE_SHARE
    skip = skip_of(line, -rest * line.price, why)
    return Sizing(line=line, reason=reason, quantity=sold, fractionable=fractionable, skip=skip)


def skip_of(line: ComparisonLine, difference: Decimal, reason: SkipReason) -> PlanSkip | None:
    """Return the skip of a signed value, or None where it is less than a cent."""
    if abs(difference) < CENT:
        return None
    return PlanSkip(symbol=line.symbol, difference=plain(difference), reason=reason)
