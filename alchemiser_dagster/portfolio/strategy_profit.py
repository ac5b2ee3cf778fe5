"""What each strategy's shares are worth, and what they earned since an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class HeldShares:
    """Shares of one purchase that a strategy holds; `price` is what each cost, in dollars."""

    strategy: str
    symbol: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True)
class Shares:
    """What all strategies hold at an instant, and what a share is worth, by symbol, in dollars."""

    held: tuple[HeldShares, ...]
    prices: Mapping[str, Decimal]


@dataclass(frozen=True)
class StrategyOutcome:
    """One strategy at the end of a run.

    Parameters
    ----------
    holdings
        Shares by symbol.
    value
        Of its shares, in dollars, without cash; None where a price is not known.
    profit
        What its shares earned, sold ones included, in dollars, without dividends; None where it is not known.
    """

    strategy: str
    holdings: Mapping[str, Decimal]
    value: Decimal | None
    profit: Decimal | None


def outcomes_of(
    now: Shares,
    before: Shares | None = None,
    realised: Mapping[str, Decimal] | None = None,
    changed: Iterable[str] = (),
) -> tuple[StrategyOutcome, ...]:
    """Return each strategy that holds something, or sold something since, by name.

    What is earned is what sales realised, and the change of what the others would bring beside their cost.

    Parameters
    ----------
    before
        What was held at the instant that earnings count from; None where nobody knows.
    realised
        What each strategy's sales earned since then, in dollars.
    changed
        Symbols that were split or renamed since then: what they were worth can't be compared.
    """
    earned, beyond = realised or {}, frozenset(changed)
    names = sorted({one.strategy for one in now.held} | earned.keys())
    return tuple(_outcome(name, now, before, earned.get(name, Decimal(0)), beyond) for name in names)


def _outcome(
    name: str, now: Shares, before: Shares | None, realised: Decimal, changed: frozenset[str]
) -> StrategyOutcome:
    own = [one for one in now.held if one.strategy == name]
    holdings: dict[str, Decimal] = defaultdict(Decimal)
    for one in own:
        holdings[one.symbol] += one.quantity
    return StrategyOutcome(
        strategy=name,
        holdings=dict(sorted(holdings.items())),
        value=_sum(one.quantity * price if price else None for one, price in _priced(own, now)),
        profit=_profit(name, now, before, realised, changed),
    )


def _profit(
    name: str, now: Shares, before: Shares | None, realised: Decimal, changed: frozenset[str]
) -> Decimal | None:
    if before is None:
        return None
    ends = [[one for one in side.held if one.strategy == name] for side in (now, before)]
    if changed & {one.symbol for end in ends for one in end}:
        return None
    latent_now, latent_then = (_latent(end, side) for end, side in zip(ends, (now, before), strict=True))
    return None if latent_now is None or latent_then is None else realised + latent_now - latent_then


def _latent(own: list[HeldShares], side: Shares) -> Decimal | None:
    """Return what selling would earn; None where a price is not known."""
    return _sum(one.quantity * (price - one.price) if price else None for one, price in _priced(own, side))


def _priced(own: list[HeldShares], side: Shares) -> Iterable[tuple[HeldShares, Decimal | None]]:
    return ((one, side.prices.get(one.symbol)) for one in own)


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for part in parts:
        if part is None:
            return None
        total += part
    return total
