"""Days of one account as a person runs them, one after the other, each of another kind; and their books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.command import Shown, alchemiser, run_mortally, working_folder
from support.flipping import SETTINGS, SYMPHONY, make_folder

from alchemiser_dagster.cli.story_books import bundle_sources, story_books
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.story.books import StoryBooks
from alchemiser_dagster.story.bundle import bundle_of
from alchemiser_dagster.story.gather import gather_story
from alchemiser_dagster.story.story import Story

APPROVAL = {"ALCHEMISER_TRADING__APPROVAL": "required"}
READS_HISTORY = SYMPHONY.replace("100)", '(moving-average-price "SIG" {:window 5}))')
ACCOUNT = "987654321"
WORDS = ("--by", "Ann Smith", "--reason", "looked at it")


@dataclass
class ToldDays:
    """A folder in which days were run, and what each command showed."""

    folder: Path
    shown: dict[str, Shown] = field(default_factory=dict)

    def run(self, name: str, session: str, **environment: str) -> None:
        self.shown[name] = alchemiser(
            self.folder, "run", "--session", session, "--correlation-id", name, **environment
        )

    @property
    def desk(self) -> TradingDesk:
        return TradingDesk(load_settings(self.folder / "alchemiser.toml"))

    @property
    def books(self) -> StoryBooks:
        return story_books(self.desk)

    def story(self, name: str) -> Story:
        return gather_story(self.books, name)

    def bundle(self, name: str) -> bytes:
        return bundle_of(self.story(name), bundle_sources(self.desk))

    def told(self, *words: str) -> Shown:
        return alchemiser(self.folder, *words)


@contextmanager
def traded_day() -> Iterator[ToldDays]:
    """Yield a folder in which one day was traded."""
    with working_folder() as folder:
        days = ToldDays(
            make_folder(folder, flip_clj=READS_HISTORY, alchemiser_toml=f'account = "{ACCOUNT}"\n{SETTINGS}')
        )
        days.run("monday", "2024-11-25")
        yield days


@contextmanager
def many_days() -> Iterator[ToldDays]:
    """Yield a folder with a day of each kind.

    Monday is traded, and run again to no purpose; on Tuesday the process is killed and recovered from; on
    Wednesday the plan waits for an approval; on Friday a price is missing; and a day of the past is refused.
    """
    with traded_day() as days:
        folder = days.folder
        days.run("monday-again", "2024-11-25")
        tuesday = ("run", "--session", "2024-11-26", "--correlation-id", "tuesday")
        days.shown["killed"] = run_mortally(folder, "before:2", *tuesday)
        days.shown["recovered"] = alchemiser(folder, "recover", "--session", "2024-11-26")
        days.run("wednesday", "2024-11-27", **APPROVAL)
        days.shown["approved"] = alchemiser(folder, "approve", "2024-11-27", *WORDS, **APPROVAL)
        whole = (folder / "bars.csv").read_text()
        lacking = [line for line in whole.splitlines() if not line.startswith("BBB,2024-11-29")]
        (folder / "bars.csv").write_text("\n".join(lacking) + "\n")
        days.run("friday", "2024-11-29")
        days.run("never", "2024-11-22")
        (folder / "bars.csv").write_text(whole)
        yield days
