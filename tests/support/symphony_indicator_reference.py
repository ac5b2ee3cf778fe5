"""What each indicator is worth, written from the specification alone (section 2): slow and obvious."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def sample_deviation(values: Sequence[float]) -> float:
    if all(value == values[0] for value in values):
        return 0.0
    middle = mean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def daily_returns(closes: Sequence[float]) -> list[float]:
    return [later / earlier - 1 for earlier, later in pairwise(closes)]


def ema(values: Sequence[float], window: int) -> list[float | None]:
    """The average at each value, None before the first `window` values."""
    result: list[float | None] = [None] * min(window - 1, len(values))
    if len(values) < window:
        return result
    average = mean(values[:window])
    result.append(average)
    for value in values[window:]:
        average = average + (value - average) * 2 / (window + 1)
        result.append(average)
    return result


def rsi(closes: Sequence[float], window: int) -> float | None:
    if len(closes) < window + 1:
        return None
    moves = [later - earlier for earlier, later in pairwise(closes)]
    gains = [max(move, 0.0) for move in moves]
    losses = [max(-move, 0.0) for move in moves]
    gain, loss = mean(gains[:window]), mean(losses[:window])
    for up, down in zip(gains[window:], losses[window:], strict=True):
        gain += (up - gain) / window
        loss += (down - loss) / window
    return 50.0 if gain == 0 and loss == 0 else 100 * (gain / (gain + loss))


def max_drawdown(closes: Sequence[float]) -> float:
    peak, worst = closes[0], 0.0
    for close in closes:
        peak = max(peak, close)
        worst = max(worst, (peak - close) / peak)
    return worst * 100


def indicator(name: str, parameters: Sequence[float], closes: Sequence[float]) -> float | None:  # noqa: C901, PLR0911, PLR0912
    """The value at the last close of a series; None where it is undefined."""
    window = int(parameters[0]) if parameters else 1
    enough_closes = len(closes) >= window
    enough_returns = len(closes) >= window + 1
    if not closes:
        return None
    match name:
        case "current-price":
            return closes[-1]
        case "moving-average-price":
            return mean(closes[-window:]) if enough_closes else None
        case "exponential-moving-average-price":
            return ema(closes, window)[-1]
        case "rsi":
            return rsi(closes, window)
        case "cumulative-return":
            return (closes[-1] / closes[-1 - window] - 1) * 100 if enough_returns else None
        case "moving-average-return":
            return mean(daily_returns(closes)[-window:]) * 100 if enough_returns else None
        case "stdev-return":
            if not enough_returns:
                return None
            used = closes[-window - 1 :]
            still = all(close == used[0] for close in used)
            return 0.0 if still else sample_deviation(daily_returns(used)) * 100
        case "stdev-price":
            return sample_deviation(closes[-window:]) if enough_closes else None
        case "max-drawdown":
            return max_drawdown(closes[-window:]) if enough_closes else None
        case "lower-bollinger" | "upper-bollinger":
            if not enough_closes:
                return None
            sign = -1 if name == "lower-bollinger" else 1
            return mean(closes[-window:]) + sign * parameters[1] * sample_deviation(closes[-window:])
        case _:
            return oscillator(name, [int(parameter) for parameter in parameters], closes)


def oscillator(name: str, windows: Sequence[int], closes: Sequence[float]) -> float | None:
    short, long = ema(closes, windows[0]), ema(closes, windows[1])
    line = []
    for fast, slow in zip(short, long, strict=True):
        if fast is not None and slow is not None:
            line.append((fast - slow) / slow * 100 if name.startswith("percentage") else fast - slow)
    if name.endswith("-signal"):
        return ema(line, windows[2])[-1] if line else None
    return line[-1] if line else None
