"""When a symphony trades and what it holds in between, written from the specification alone (section 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

Weights: TypeAlias = dict[str, float]
Rule: TypeAlias = str | float


def is_first_of_period(sessions: Sequence[date], t: int, rule: str) -> bool:
    def period(session: date) -> tuple[int, ...]:
        return {
            "daily": (session.toordinal(),),
            "weekly": tuple(session.isocalendar())[:2],
            "monthly": (session.year, session.month),
            "quarterly": (session.year, (session.month - 1) // 3),
            "yearly": (session.year,),
        }[rule]

    return t > 0 and period(sessions[t]) != period(sessions[t - 1])


def drifted(held: Weights, before: Weights, now: Weights) -> Weights:
    values = {
        symbol: weight * (now[symbol] / before[symbol] if symbol in before else 1.0)
        for symbol, weight in held.items()
    }
    total = 1 - sum(held.values()) + sum(values.values())
    return {symbol: value / total for symbol, value in values.items()}


def by_hand(
    targets: Sequence[Weights | None],
    market: Mapping[str, Sequence[float | None]],
    sessions: Sequence[date],
    rule: Rule,
) -> tuple[list[int], list[Weights | None]]:
    """Return the sessions that trade, and the holdings after each one, going session by session."""
    held: Weights | None = None
    last: Weights = {}
    trades: list[int] = []
    holdings: list[Weights | None] = []
    for t, target in enumerate(targets):
        closes = {symbol: column[t] for symbol, column in market.items()}
        now = last | {symbol: close for symbol, close in closes.items() if close is not None}
        if held is not None:
            held = drifted(held, last, now)
        if target is not None and (held is None or must_trade(held, target, rule, sessions, t)):
            held = target
            trades.append(t)
        holdings.append(held)
        last = now
    return trades, holdings


def must_trade(held: Weights, target: Weights, rule: Rule, sessions: Sequence[date], t: int) -> bool:
    if isinstance(rule, str):
        return is_first_of_period(sessions, t, rule)
    return held.keys() != target.keys() or any(abs(held[s] - target[s]) > rule for s in target)
