"""The desk's books, as a story is gathered from them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.story.books import StoryBooks
from alchemiser_dagster.symphony.symphony import content_of

if TYPE_CHECKING:
    from alchemiser_dagster.story.bundle import BundleSources


def story_books(desk: TradingDesk) -> StoryBooks:
    """Return the books of the desk's account."""
    settings = desk.settings
    return StoryBooks(
        database=desk.database,
        account=settings.account,
        mode=settings.mode,
        data_dir=settings.data_dir,
        open_bars=lambda: desk.bar_table,
        ui_url=settings.ui.url,
    )


def bundle_sources(desk: TradingDesk) -> BundleSources:
    """Return what a bundle takes from the desk; a strategy's file that is gone is left out."""
    from alchemiser_dagster.story.bundle import BundleSources

    texts = {}
    for chosen in desk.settings.strategies:
        with suppress(StrategyError):
            texts[chosen.name] = content_of(chosen.file)
    return BundleSources(story_books(desk), texts, desk.settings.secrets)
