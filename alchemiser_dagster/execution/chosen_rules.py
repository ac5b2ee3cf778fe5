"""The terms of execution that a person has chosen."""

from __future__ import annotations

from datetime import timedelta

from alchemiser_dagster.broker.rounding import BASIS_POINT
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings import Settings

LANES = 4
"""Orders on their way to a broker on the other side of a network at the same time."""


def execution_rules(settings: Settings) -> ExecutionRules:
    """Return the rules that follow from the settings."""
    trading = settings.trading
    return ExecutionRules(
        steps=trading.walk.steps,
        step_seconds=trading.walk.seconds,
        last_order=trading.last_order,
        requote=trading.requote,
        deadline=timedelta(seconds=trading.deadline_seconds),
        at_deadline=trading.at_deadline,
        mid_collar=trading.mid_collar_basis_points * BASIS_POINT,
        close_collar=trading.close_collar,
        widest_spread=trading.widest_spread,
        oldest_quote=timedelta(seconds=trading.oldest_quote_seconds),
        max_failed_sell=trading.max_failed_sell,
        negligible_shortfall=settings.portfolio.minimum_trade,
        lanes=1 if settings.mode is Mode.SIMULATED else LANES,
    )
