"""Whose shares changed hands: a fill is split among the strategies that wanted it.

What a strategy lacks of the shares that it wants to hold is bought for it first, and what it holds beyond
them is sold first. The rest of a purchase goes by the strategies' contributions, the rest of a sale by what
they hold. So it does not matter in how many pieces an order is filled, but for rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from alchemiser_dagster.portfolio.apportion import apportion
from alchemiser_dagster.portfolio.arithmetic import EXACT, SHARE_STEP, round_down
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side

UNASSIGNED = "(unassigned)"


@dataclass(frozen=True)
class Wish:
    """What one strategy wants of a line's symbol.

    Parameters
    ----------
    weight
        Its part of the symbol's target weight, as a fraction of the deployed capital.
    shares
        The shares that it wants to hold after the session, to a billionth.
    """

    strategy: str
    weight: Decimal
    shares: Decimal


def wishes_of(line: PlanLine, equity: Decimal) -> tuple[Wish, ...]:
    """Return what each strategy wants to hold of the line's symbol; nothing where no strategy wants it.

    The line's target in shares is its target weight times the plan's equity over the reference price; a
    strategy wants the part of it that its contribution is of all contributions.
    """
    with localcontext(EXACT):
        whole = sum((part.weight for part in line.contributions), Decimal(0))
        target = line.target_weight * equity / line.reference_price
        return tuple(
            Wish(part.strategy, part.weight, round_down(target * part.weight / whole, SHARE_STEP))
            for part in line.contributions
            if part.weight
        )


def attribute(
    side: Side, quantity: Decimal, wishes: Sequence[Wish], held: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Return how many of a fill's shares are each strategy's; they add up to the fill.

    Parameters
    ----------
    quantity
        The fill's shares.
    wishes
        What strategies want to hold of the symbol.
    held
        What the lots of each strategy hold of it before the fill.

    Returns
    -------
    dict
        Shares by strategy. Purchases that no strategy asked for, and sales of what no lot holds, are
        `UNASSIGNED`.
    """
    with localcontext(EXACT):
        if side is Side.BUY:
            return _attribute_purchase(quantity, wishes, held)
        return _attribute_sale(quantity, wishes, held)


def _attribute_purchase(
    quantity: Decimal, wishes: Sequence[Wish], held: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    lacking = {
        wish.strategy: max(wish.shares - held.get(wish.strategy, Decimal(0)), Decimal(0)) for wish in wishes
    }
    wanted = min(quantity, sum(lacking.values(), Decimal(0)))
    beyond = apportion(quantity - wanted, {wish.strategy: wish.weight for wish in wishes})
    return _with_rest(quantity, _added(apportion(wanted, lacking), beyond))


def _attribute_sale(
    quantity: Decimal, wishes: Sequence[Wish], held: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    wanted = {wish.strategy: wish.shares for wish in wishes}
    surplus = {name: max(shares - wanted.get(name, Decimal(0)), Decimal(0)) for name, shares in held.items()}
    first = min(quantity, sum(surplus.values(), Decimal(0)))
    sold = apportion(first, surplus)
    kept = {name: shares - sold.get(name, Decimal(0)) for name, shares in held.items()}
    second = min(quantity - first, sum(kept.values(), Decimal(0)))
    return _with_rest(quantity, _added(sold, apportion(second, kept)))


def _added(first: Mapping[str, Decimal], second: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {
        name: first.get(name, Decimal(0)) + second.get(name, Decimal(0)) for name in sorted({*first, *second})
    }


def _with_rest(quantity: Decimal, parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    rest = quantity - sum(parts.values(), Decimal(0))
    return _added(parts, {UNASSIGNED: rest}) if rest else dict(parts)
