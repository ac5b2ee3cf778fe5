"""The strategies that are traded, read from their files."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from alchemiser_dagster.settings import Settings
from alchemiser_dagster.symphony import Symphony, load


@dataclass(frozen=True)
class ChosenStrategy:
    """A strategy, its file, and the part of the portfolio that follows it."""

    name: str
    file: Path
    share: Decimal
    symphony: Symphony


def load_strategies(settings: Settings) -> tuple[ChosenStrategy, ...]:
    """Read every strategy of the settings, in their order.

    Raises
    ------
    StrategyError
        If a file can't be read as a symphony; it names file, line and column.
    """
    return tuple(
        ChosenStrategy(chosen.name, chosen.file, chosen.weight, load(chosen.file))
        for chosen in settings.strategies
    )
