"""Split a quantity exactly: the parts add up to the whole, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from alchemiser_dagster.portfolio.arithmetic import EXACT, SHARE_STEP, plain


def apportion(total: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the total's parts in proportion to the weights, by largest remainders.

    A part is a multiple of a billionth of a share, or of the total's last digit where that is finer, and
    differs from its exact proportion by less than that. Of equal remainders the first name's is rounded up.

    Parameters
    ----------
    total
        What is split: 0 or more.
    weights
        Names with weights of 0 or more; those of 0 get nothing. Where all are 0, the result is empty.
    """
    with localcontext(EXACT):
        step = min(SHARE_STEP, _last_digit(total))
        units = int(total / step)
        whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
        if not whole or not units:
            return {}
        exact = {name: units * Fraction(weight) / whole for name, weight in weights.items() if weight}
        counts = {name: int(share) for name, share in exact.items()}
        by_remainder = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
        for name in by_remainder[: units - sum(counts.values())]:
            counts[name] += 1
        return {name: plain(count * step) for name, count in counts.items() if count}


def _last_digit(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(int(plain(value).as_tuple().exponent))
