"""The points of a sweep: each a day that is killed there, run again until it is done, and judged."""

from __future__ import annotations

import gc
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.alpaca_bench import AlpacaBench, LookAlike, served_apart
from support.command import working_folder
from sweep import busy_day
from sweep.lives import Life, Mutation, Setting
from sweep.mortality import Doom
from sweep.mutations import MUTATIONS
from sweep.verdict import Account, Findings, gather, judge

from alchemiser_dagster.settings.choices import Requote

MOST_LIVES, PROGRESS = 5, 50


@dataclass(frozen=True)
class Order:
    """What a sweep is to do.

    Parameters
    ----------
    sample
        How many points, evenly spread; None: all.
    only
        How the names of the points begin; `after write`: requests that change orders, once they are answered.
    kills
        How often a day is killed: first at the point, then at any later one.
    mistakes
        What is made on purpose once the sweep is done, to see that it would be noticed.
    """

    sample: int | None = None
    only: str = ""
    kills: int = 1
    lanes: int = 1
    requote: Requote = Requote.REPLACE
    mistakes: tuple[str, ...] = ()


@dataclass
class Tally:
    """What a sweep did, and what it found at which point."""

    trail: list[str] = field(default_factory=list)
    points: int = 0
    missed: int = 0
    restarts: int = 0
    duplicates: int = 0
    lost: int = 0
    findings: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    overlooked: list[str] = field(default_factory=list)

    def add(self, where: str, found: Findings) -> None:
        self.duplicates += len(found.duplicates)
        self.lost += len(found.lost)
        for finding in found.all:
            self.findings.append(f"{where}: {finding}")
            sys.stderr.write(f"{self.findings[-1]}\n")

    def join(self, other: Tally) -> None:
        self.trail = self.trail or other.trail
        self.points += other.points
        self.missed += other.missed
        self.restarts += other.restarts
        self.duplicates += other.duplicates
        self.lost += other.lost
        self.findings += other.findings
        self.noticed += other.noticed
        self.overlooked += other.overlooked


@dataclass(frozen=True)
class Sweeper:
    """One process that kills others, with a look-alike of its own."""

    folder: Path
    look_alike: LookAlike
    order: Order

    @classmethod
    @contextmanager
    def ready(cls, order: Order) -> Iterator[Sweeper]:
        """Yield a sweeper; a template of the ledger is made once, and the look-alike served."""
        with working_folder() as folder:
            (folder / "broker").mkdir()
            (folder / "template").mkdir()
            with served_apart(folder / "broker", busy_day.PRICES, by_fork=True) as look_alike:
                AlpacaBench(folder / "template", look_alike).database.close()
                yield cls(folder, look_alike, order)

    def sweep(self, share: int, shares: int) -> Tally:
        """Go through every so manyth of the points."""
        tally, expected = self.undisturbed()
        if expected is None:
            return tally
        for point in points_of(tally.trail, self.order)[share::shares]:
            self._kill_at(point, expected, tally)
            if tally.points % PROGRESS == 0:
                sys.stderr.write(f"{tally.points} points, restarts {tally.restarts}\n")
        for mistake in self.order.mistakes[share::shares]:
            self._make(mistake, expected, tally)
        return tally

    def undisturbed(self) -> tuple[Tally, Account | None]:
        """Let the day pass in peace; return what it consists of, and how it ends.

        It passes in this process, so that no child of it has to import anything.
        """
        tally = Tally()
        with self._begun("undisturbed", None) as setting:
            said = setting.trade(Doom())
            gc.freeze()
            if "error" in said:
                tally.add("undisturbed", Findings(others=[said["error"]]))
                return tally, None
            evidence = gather(setting.folder, self.look_alike, busy_day.plan(), said)
            tally.trail = said["trail"]
            tally.add("undisturbed", judge(evidence, None))
        return tally, evidence.account

    def _kill_at(self, point: int, expected: Account, tally: Tally) -> None:
        with self._begun(f"point-{point}", None) as setting:
            lives = list(self._lives(setting, point, len(tally.trail)))
            tally.points += 1
            tally.missed += not lives[0].was_killed
            tally.restarts += len(lives) - 1
            tally.add(f"point {point}", self._verdict(setting, lives[-1], expected))

    def _make(self, mistake: str, expected: Account, tally: Tally) -> None:
        """Make a mistake around the first order that is answered when its process is gone."""
        with self._begun(mistake, MUTATIONS[mistake]) as setting:
            setting.live(tally.trail.index("after write") + 1)
            found = self._verdict(setting, setting.live(), expected)
            (tally.noticed if found.all else tally.overlooked).append(f"{mistake}: {found.all[:1]}")

    def _lives(self, setting: Setting, point: int, total: int) -> Iterator[Life]:
        chance = random.Random(point)  # noqa: S311 - the same at every sweep
        for number in range(MOST_LIVES):
            dies_at = point if number == 0 else chance.randint(1, max(1, total - point))
            life = setting.live(dies_at if number < self.order.kills else None)
            yield life
            if not life.was_killed:
                return

    def _verdict(self, setting: Setting, last: Life, expected: Account) -> Findings:
        said = last.said or {"error": "never done"}
        if "error" in said:
            return Findings(others=[said["error"]])
        found = judge(gather(setting.folder, self.look_alike, busy_day.plan(), said), expected)
        if said["sent_again"]:
            found.others.append(f"a further run sent {said['sent_again']} requests that change orders")
        return found

    @contextmanager
    def _begun(self, name: str, mutation: Mutation | None) -> Iterator[Setting]:
        folder = self.folder / name
        shutil.copytree(self.folder / "template", folder)
        busy_day.begin(self.look_alike, self.order.lanes)
        yield Setting(folder, self.look_alike, busy_day.rules(self.order.requote, self.order.lanes), mutation)
        shutil.rmtree(folder)


def points_of(trail: list[str], order: Order) -> tuple[int, ...]:
    """Return the numbers of the wanted points, counted from 1: all, or some that are spread evenly."""
    wanted = [number for number, name in enumerate(trail, start=1) if name.startswith(order.only)]
    if order.sample is None or order.sample >= len(wanted):
        return tuple(wanted)
    last = len(wanted) - 1
    return tuple(wanted[number * last // max(1, order.sample - 1)] for number in range(order.sample))
