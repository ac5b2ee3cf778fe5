"""The embedded broker's terms that a person has chosen."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.settings import Settings

MIDDLE = Decimal("0.5")


def simulation_rules(settings: Settings) -> SimulationRules:
    """Return the rules that follow from the settings; limits meet the other side in the spread's middle."""
    simulation = settings.simulation
    return SimulationRules(
        account=settings.account,
        starting_cash=simulation.starting_cash,
        half_spread_basis_points=simulation.half_spread_basis_points,
        non_fractionable=frozenset(simulation.non_fractionable),
        meets_at=MIDDLE,
    )
