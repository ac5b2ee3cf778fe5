"""`python -m recovery_sweep`: kill a trading day, then its recovery, wherever something leaves it.

Each day dies at a point, its recovery at every point of its own, by SIGKILL. Run again, it must end as an
undisturbed one: the same orders, fills, positions, cash and report, nothing open, nothing sent.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from support.alpaca_bench import ACCOUNT, AlpacaBench, LookAlike, served_apart
from support.command import working_folder
from support.recovering import Recovering, facts, keep
from sweep import busy_day
from sweep.mortality import Doom, MortalProcess

from alchemiser_dagster.settings.choices import Requote

LAST_WORDS = 1 << 20
LOOK_DEPENDENT = ("PARTS", "BYTWENTY")
"""What fills in parts at each look: a recovery that looks more often would find more filled."""
Work = Callable[[MortalProcess], dict[str, Any]]


@dataclass(frozen=True)
class Day:
    """One ledger before the look-alike; each life is a child of this process."""

    folder: Path
    look_alike: LookAlike

    def live(self, work: Work, dies_at: int | None = None) -> dict[str, Any] | None:
        """Return what the life has to say, or None where it was killed."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            os.write(writing, json.dumps(self._words(work, Doom(dies_at)), default=str).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            words = pipe.read(LAST_WORDS)
        os.waitpid(child, 0)
        return json.loads(words) if words else None

    def _words(self, work: Work, doom: Doom) -> dict[str, Any]:
        rules = busy_day.rules(Requote.CANCEL, 1)
        try:
            said = work(MortalProcess(self.folder, self.look_alike, rules, doom))
        except BaseException:  # noqa: BLE001 - a child of a fork says what went wrong, and ends here
            return {"error": traceback.format_exc(limit=-4)}
        return {**said, "trail": doom.trail}


def trade(process: MortalProcess) -> dict[str, Any]:
    bench = process.bench()
    return {"outcome": bench.execute(keep(busy_day.plan(), bench.database)).outcome.value}


def recover(process: MortalProcess) -> dict[str, Any]:
    return {"report": facts(Recovering(process.bench(), ACCOUNT).recover())}


def end(process: MortalProcess) -> dict[str, Any]:
    """Where both sides are: orders and fills of the books, orders, shares and money of the broker."""
    bench = process.bench()
    plan_id = busy_day.plan().plan_id
    kept = bench.environment.orders.of_plan(plan_id)
    return {
        "orders": [[one.client_order_id, one.state.value, str(one.filled_quantity)] for one in kept],
        "fills": sorted(str(fill.quantity) for fill in bench.environment.fills.of_plan(plan_id)),
        "at_broker": sorted([one["client_order_id"], one["status"]] for one in process.look_alike.orders()),
        "held": process.look_alike.held(),
        "cash": process.look_alike.cash(),
        "sent": process.look_alike.accepted(),
    }


@contextmanager
def begun(folder: Path, look_alike: LookAlike) -> Iterator[Day]:
    """Yield a day that begins anew."""
    busy_day.begin(look_alike)
    steady = {name: rule for name, rule in busy_day.BEHAVIOURS.items() if name not in LOOK_DEPENDENT}
    look_alike.change_rules(**{**busy_day.MARKET, "behaviours": steady})
    shutil.copytree(folder / "template", folder / "day")
    yield Day(folder / "day", look_alike)
    shutil.rmtree(folder / "day")


def spread(total: int, count: int | None) -> list[int]:
    """Return so many points, evenly spread; all of them where none is named."""
    if count is None or count >= total:
        return list(range(1, total + 1))
    return [1 + number * (total - 1) // max(1, count - 1) for number in range(count)]


def sweep(folder: Path, look_alike: LookAlike, days: int, points: int | None) -> tuple[int, list[str]]:
    """Return how many recoveries were killed, and what was wrong with those that came after."""
    killed, findings = 0, []
    with begun(folder, look_alike) as day:
        whole = day.live(trade) or {}
    for death in spread(len(whole["trail"]), days + 2)[1:-1]:
        with begun(folder, look_alike) as day:
            day.live(trade, death)
            sent = look_alike.accepted()
            calm, expected = day.live(recover) or {}, day.live(end) or {}
        if "error" in calm or expected["sent"] != sent:
            findings.append(f"day dead at {death}: {calm.get('error', 'the recovery sent something')}")
            continue
        for point in spread(len(calm["trail"]), points):
            with begun(folder, look_alike) as day:
                day.live(trade, death)
                killed += day.live(recover, point) is None
                said, found = day.live(recover) or {}, day.live(end) or {}
            if (said.get("report"), _timeless(found)) != (calm["report"], _timeless(expected)):
                findings.append(f"day dead at {death}, recovery at {point}: {said.get('error', found)}")
    return killed, findings


def _timeless(found: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in found.items() if name != "trail"}


def main() -> int:
    """Sweep, print a summary, and return 0 where nothing is wrong."""
    parser = argparse.ArgumentParser(prog="recovery_sweep", description=__doc__)
    parser.add_argument("--days", type=int, default=8, help="at how many points the day dies")
    parser.add_argument("--points", type=int, help="at how many points each recovery dies (default: all)")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with working_folder() as folder:
        for name in ("broker", "template"):
            (folder / name).mkdir()
        with served_apart(folder / "broker", busy_day.PRICES, by_fork=True) as look_alike:
            AlpacaBench(folder / "template", look_alike).database.close()
            killed, findings = sweep(folder, look_alike, given.days, given.points)
    sys.stdout.write("\n".join([*findings, f"recoveries killed {killed}, findings {len(findings)}\n"]))
    return 1 if findings or not killed else 0


if __name__ == "__main__":
    sys.exit(main())
