"""Random sequences of steps for the gate's world: the same seed makes the same sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import TypeVar

from support.gate_steps import (
    SYMBOLS,
    Level,
    Limits,
    Lock,
    Mistake,
    Move,
    Race,
    Step,
    Stranger,
    Trade,
    Twist,
    Wanted,
)

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import Requote

D = Decimal
Chosen = TypeVar("Chosen")
CHOICES: dict[str, tuple[Decimal | int | tuple[str, ...], ...]] = {
    "max_order_notional": (D(2_000), D(12_000), D(250_000)),
    "max_order_share": (D("0.05"), D("0.3"), D(1)),
    "price_collar": (D("0.01"), D("0.04"), D("0.12")),
    "max_trades_per_symbol": (1, 2, 5),
    "max_turnover": (D("0.1"), D("0.5"), D(1), D(4)),
    "max_gross_exposure": (D("0.2"), D("0.6"), D(1)),
    "max_orders": (1, 3, 6, 600),
    "max_daily_loss": (D("0.02"), D("0.15"), D("0.5")),
    "denied_symbols": ((), ("AAA",), ("BBB", "CCC")),
}
SANE = tuple(map(D, ("0.02", "0.05", "0.08", "0.11", "0.15", "0.3", "0.5")))
SIZES = (*SANE, *SANE, D(1), D(3))
DRIFTS = (D(1), D(1), D(1), D(1), D("0.97"), D("1.06"))
LAST_THING = 110


def sequence_of(seed: int) -> tuple[Step, ...]:
    """Return 4 to 12 steps: plans, sane and not, kills, races, and what a person and the market do."""
    chance = Random(seed)  # noqa: S311 - not a secret
    makers = [_trade] * 8 + [_race] * 6 + [_limits] * 4 + [_level, _level, _move, _move, _lock, _stranger]
    return tuple(chance.choice(makers)(chance) for _ in range(chance.randint(4, 12)))


def simulation_of(seed: int) -> SimulationRules:
    """Return a market without a spread, in which orders fill at once or in parts."""
    parts = (None, None, D(15), D(60))[seed % 4]
    return SimulationRules(half_spread_basis_points=D(0), shares_per_look=parts)


def shortest(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> tuple[Step, ...]:
    """Return the steps without those that the failure does not need."""
    left = tuple(steps)
    for number in reversed(range(len(steps))):
        fewer = left[:number] + left[number + 1 :]
        left = fewer if fails(fewer) else left
    return left


def _mostly(chance: Random, usual: Chosen, others: Sequence[Chosen]) -> Chosen:
    return usual if chance.random() < 0.7 else chance.choice(others)


def _wanted(chance: Random) -> tuple[Wanted, ...]:
    few = chance.sample(SYMBOLS, chance.randint(1, 4))
    symbols = [*few, few[0]] if chance.random() < 0.05 else few
    return tuple(
        Wanted(symbol, chance.choice(list(Side)), chance.choice(SIZES), chance.choice(DRIFTS))
        for symbol in symbols
    )


def _trade(chance: Random) -> Trade:
    return Trade(
        _wanted(chance),
        dies_at=chance.randint(1, LAST_THING) if chance.random() < 0.4 else None,
        is_resumed=chance.random() < 0.7,
        twist=_mostly(chance, Twist.NOTHING, list(Twist)),
        mistake=_mostly(chance, Mistake.NOTHING, list(Mistake)),
        halts_after=chance.randint(1, 3) if chance.random() < 0.15 else None,
        requote=chance.choice(list(Requote)),
    )


def _race(chance: Random) -> Race:
    mistake = _mostly(chance, Mistake.NOTHING, list(Mistake))
    return Race(_wanted(chance), _wanted(chance), chance.randrange(2**16), mistake, chance.random() < 0.6)


def _limits(chance: Random) -> Limits:
    names = chance.sample(sorted(CHOICES), chance.randint(1, 4))
    return Limits(tuple((name, chance.choice(CHOICES[name])) for name in names))


def _level(chance: Random) -> Level:
    return Level(_mostly(chance, HaltLevel.NONE, list(HaltLevel)))


def _move(chance: Random) -> Move:
    return Move(chance.choice(SYMBOLS), chance.choice((D("0.7"), D("0.95"), D(1), D("1.05"))))


def _lock(chance: Random) -> Lock:
    return Lock(_mostly(chance, None, SYMBOLS))


def _stranger(chance: Random) -> Stranger:
    return Stranger(chance.choice(SYMBOLS), chance.choice(list(Side)))
