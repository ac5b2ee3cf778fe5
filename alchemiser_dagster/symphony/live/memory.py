"""What averages that never forget remember, so that one more value costs a few additions.

1. `decayed_sum` adds to a row x the partial sums that end 1, 2, 4, 8 … rows before it, each over as many rows
   and multiplied by the matching power of the decay. Those sums are known before x is.
2. They are gathered by halving: the newest value is the first of them; of the rest, neighbours are merged
   in pairs as `decayed_sum` merges them, and the first pair is the next.
3. So the next average is made of the same numbers, in the same order, as if all had been computed again: it
   is the same in every bit.

Columns are series. Histories may differ in length: they end together, and zeros stand before the shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.indicators import (
    indicator_values,
    percentage_oscillator,
    relative_strength,
)
from alchemiser_dagster.symphony.engine.recursions import exponential_decay, exponential_inputs, wilder_inputs
from alchemiser_dagster.symphony.syntax.conditions import Indicator

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DecayedSum:
    """The partial sums that the next row adds, the nearest first, each with its factor."""

    parts: tuple[tuple[float, Floats], ...]

    def followed_by(self, inputs: Floats) -> Floats:
        """Return the decayed sum of one more row."""
        total = inputs
        for factor, part in self.parts:
            total = total + factor * part
        return total


def remembered(histories: Sequence[Floats], keep: float) -> DecayedSum:
    """Return what the decayed sums of some inputs, one array each, hand to their next row."""
    parts: list[tuple[float, Floats]] = []
    waiting = _newest_first(histories)
    while len(waiting) and keep > 0:
        parts.append((keep, waiting[0]))
        rest = waiting[1:]
        if len(rest) % 2:
            rest = np.concatenate([rest, np.zeros((1, rest.shape[1]))])
        waiting = rest[::2] + keep * rest[1::2]
        keep *= keep
    return DecayedSum(tuple(parts))


def _newest_first(histories: Sequence[Floats]) -> Floats:
    table = np.zeros((max(len(history) for history in histories), len(histories)))
    for number, history in enumerate(histories):
        table[: len(history), number] = history[::-1]
    return table


@dataclass(frozen=True, slots=True)
class ExponentialMemory:
    """Exponential averages of some series, one value short of the next."""

    last: Floats
    keep: float
    sums: DecayedSum

    def followed_by(self, values: Floats) -> Floats:
        """Return the averages with one more value each."""
        average: Floats = values + self.sums.followed_by(self.keep * (self.last - values))
        return average


def exponential_memory(histories: Sequence[Floats], window: int) -> ExponentialMemory:
    """Return the memory of exponential averages; each history has at least `window` values."""
    keep = exponential_decay(window)
    inputs = [exponential_inputs(history[:, np.newaxis], window)[:, 0] for history in histories]
    return ExponentialMemory(np.array([history[-1] for history in histories]), keep, remembered(inputs, keep))


@dataclass(frozen=True, slots=True)
class StrengthMemory:
    """Wilder's averages of gains and losses of some series, one close short of the next."""

    last: Floats
    window: int
    gains: DecayedSum
    losses: DecayedSum

    def followed_by(self, closes: Floats) -> Floats:
        """Return the relative strength index with one more close each."""
        moves = closes - self.last
        gain = self.gains.followed_by(np.maximum(moves, 0.0) / self.window)
        loss = self.losses.followed_by(np.maximum(-moves, 0.0) / self.window)
        return relative_strength(gain, loss)


def _strength_memory(histories: Sequence[Floats], window: int) -> StrengthMemory:
    moves = [np.diff(history)[:, np.newaxis] for history in histories]
    keep = 1.0 - 1.0 / window
    gains = [wilder_inputs(np.maximum(move, 0.0), window)[:, 0] for move in moves]
    losses = [wilder_inputs(np.maximum(-move, 0.0), window)[:, 0] for move in moves]
    last = np.array([history[-1] for history in histories])
    return StrengthMemory(last, window, remembered(gains, keep), remembered(losses, keep))


@dataclass(frozen=True, slots=True)
class OscillatorMemory:
    """Two exponential averages and, for a signal line, the average of their oscillator."""

    short: ExponentialMemory
    long: ExponentialMemory
    is_percentage: bool
    signal: ExponentialMemory | None

    def followed_by(self, closes: Floats) -> Floats:
        """Return the oscillator, or its signal line, with one more close each."""
        short, long = self.short.followed_by(closes), self.long.followed_by(closes)
        line = percentage_oscillator(short, long) if self.is_percentage else short - long
        return line if self.signal is None else self.signal.followed_by(line)


def _oscillator_memory(indicator: Indicator, histories: Sequence[Floats]) -> OscillatorMemory:
    short, long, *smooth = (int(parameter) for parameter in indicator.parameters)
    signal = None
    if smooth:
        line = Indicator(indicator.name.removesuffix("-signal"), indicator.parameters[:2])
        lines = [indicator_values(line, history[:, np.newaxis])[:, 0] for history in histories]
        signal = exponential_memory([values[max(short, long) - 1 :] for values in lines], smooth[0])
    return OscillatorMemory(
        exponential_memory(histories, short),
        exponential_memory(histories, long),
        indicator.name.startswith("percentage"),
        signal,
    )


Memory = ExponentialMemory | StrengthMemory | OscillatorMemory


def memory_of(indicator: Indicator, histories: Sequence[Floats]) -> Memory | None:
    """Return what an indicator remembers of some series on which it is defined; None if only a window counts.

    Parameters
    ----------
    histories
        The closes of each series, as many as the indicator needs or more.
    """
    match indicator.name:
        case "exponential-moving-average-price":
            return exponential_memory(histories, int(indicator.parameters[0]))
        case "rsi":
            return _strength_memory(histories, int(indicator.parameters[0]))
        case name if "-oscillator" in name or "-divergence" in name:
            return _oscillator_memory(indicator, histories)
        case _:
            return None
