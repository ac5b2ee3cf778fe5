"""What can be seen of a day from outside: Dagster's runs, the notices, the orders at the broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
from fortnight.broker import orders_at

from alchemiser_dagster.assets.names import CORRELATION_TAG, PARTITION_TAG
from alchemiser_dagster.automation.names import TRADING_JOB
from alchemiser_dagster.notify.notice import notice_key

WORKING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class SeenDay:
    """What became of one calendar day.

    Parameters
    ----------
    runs
        Each run of the day's session: job and status, in the order of their launch.
    finals
        The titles of the final notices of its trading runs.
    others
        The titles of whatever else was said that day.
    orders
        How many orders the broker took that day.
    doubles
        Symbols that were bought and sold on one day: what a second run over the same wish would leave.
    """

    runs: tuple[str, ...]
    finals: tuple[str, ...]
    others: tuple[str, ...]
    orders: int
    doubles: tuple[str, ...]


@contextmanager
def instance_of(folder: Path) -> Iterator[dg.DagsterInstance]:
    """Yield Dagster's instance of a folder, whose paths are meant from there."""
    with chdir(folder), dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


class Observer:
    """Looks at a machine's folder and its broker; changes nothing."""

    def __init__(self, folder: Path, broker: str) -> None:
        self._folder, self._broker = folder, broker
        self._told = 0

    def is_quiet(self) -> bool:
        """Return whether no run is on its way."""
        with instance_of(self._folder) as instance:
            return not instance.get_runs(dg.RunsFilter(statuses=WORKING), limit=1)

    def finals_of(self, session: date) -> list[str]:
        """Return the titles of the final notices of the session's trading runs."""
        keys = {notice_key(found, "final") for found in self._correlations(session)}
        return [notice["title"] for notice in self._notices() if notice["key"] in keys]

    def look(self, day: date) -> SeenDay:
        """Return what became of the day; a notice is told of on the day that it came."""
        runs, finals = self._runs(day), self.finals_of(day)
        notices = list(self._notices())
        fresh, self._told = notices[self._told :], len(notices)
        orders = orders_at(self._broker, day)
        return SeenDay(
            runs=tuple(f"{run.job_name} {run.status.value.lower()}" for run in runs),
            finals=tuple(finals),
            others=tuple(notice["title"] for notice in fresh if notice["title"] not in finals),
            orders=len(orders),
            doubles=tuple(_both_ways(orders)),
        )

    def _correlations(self, session: date) -> set[str]:
        return {
            run.tags.get(CORRELATION_TAG) or run.run_id
            for run in self._runs(session)
            if run.job_name == TRADING_JOB
        } | set(self._planned(session))

    def _planned(self, session: date) -> Iterator[str]:
        from alchemiser_dagster.ids import scheduled_correlation

        yield scheduled_correlation("paper", session)

    def _runs(self, session: date) -> list[dg.DagsterRun]:
        wanted = dg.RunsFilter(tags={PARTITION_TAG: session.isoformat()})
        with instance_of(self._folder) as instance:
            return list(reversed(instance.get_runs(wanted)))

    def _notices(self) -> Iterator[dict[str, str]]:
        file = self._folder / ".alchemiser" / "notices.log"
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def _both_ways(orders: list[dict[str, str]]) -> set[str]:
    bought, sold = (
        {order["symbol"] for order in orders if order["side"] == side and float(order["filled_qty"])}
        for side in ("buy", "sell")
    )
    return bought & sold
