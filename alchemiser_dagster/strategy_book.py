"""The strategies that are traded, read from their files."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.sections import StrategyChoice
from alchemiser_dagster.symphony import Symphony, parse
from alchemiser_dagster.symphony.symphony import content_of, notation_of


@dataclass(frozen=True)
class ChosenStrategy:
    """A strategy, its file with the text that was read, and the part of the portfolio that follows it."""

    name: str
    file: Path
    share: Decimal
    symphony: Symphony
    text: str


def load_strategies(settings: Settings) -> tuple[ChosenStrategy, ...]:
    """Read every strategy of the settings, in their order.

    Raises
    ------
    StrategyError
        If a file can't be read as a symphony; it names file, line and column.
    """
    return tuple(_read(chosen) for chosen in settings.strategies)


def _read(chosen: StrategyChoice) -> ChosenStrategy:
    file = chosen.file
    text = content_of(file)
    symphony = parse(text, notation_of(file, text), str(file))
    return ChosenStrategy(chosen.name, file, chosen.weight, symphony, text)
