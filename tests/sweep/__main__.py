"""`python -m sweep`: kill a trading day wherever something leaves it, and say what was found."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from sweep.mutations import MUTATIONS
from sweep.points import Order, Sweeper, Tally

from alchemiser_dagster.settings.choices import Requote


def main() -> int:
    """Sweep, print a summary, and return 0 where nothing is wrong and every mistake was noticed."""
    given = _arguments()
    order = Order(
        sample=given.points,
        only=given.only,
        kills=given.kills,
        lanes=given.lanes,
        requote=Requote(given.requote),
        mistakes=tuple(given.mistakes),
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    tally = _shared_out(order, given.workers)
    text = "\n".join([_boundaries(tally), _summary(given, tally, time.monotonic() - began), ""])
    sys.stdout.write(text)
    if given.summary:
        with given.summary.open("a", encoding="utf-8") as file:
            file.write(text)
    is_incomplete = tally.missed and given.lanes == 1
    return 1 if tally.findings or tally.overlooked or is_incomplete else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sweep", description=__doc__)
    parser.add_argument("--points", type=int, help="how many points, evenly spread (default: all)")
    parser.add_argument("--only", default="", help="how the names of the points begin, such as `after write`")
    parser.add_argument("--kills", type=int, default=1, help="how often each day is killed")
    parser.add_argument("--lanes", type=int, default=1, help="how many orders are on their way at once")
    parser.add_argument("--requote", choices=list(Requote), default="replace", help="how an order gives way")
    parser.add_argument("--workers", type=int, default=2, help="how many points are tried at once")
    parser.add_argument(
        "--mistakes",
        nargs="*",
        default=[],
        choices=sorted(MUTATIONS),
        help="which ones to make and to notice",
    )
    parser.add_argument("--summary", type=Path, help="file to which the summary is added")
    return parser.parse_args()


def _shared_out(order: Order, workers: int) -> Tally:
    """Let each worker do its share; nothing else runs in this process, so that it may fork."""
    processes = multiprocessing.get_context("fork")
    shares = []
    for share in range(workers):
        here, there = processes.Pipe(duplex=False)
        worker = processes.Process(target=_work, args=(order, share, workers, there))
        worker.start()
        there.close()
        shares.append((worker, here))
    whole = Tally()
    for worker, here in shares:
        whole.join(here.recv())
        worker.join()
    return whole


def _work(order: Order, share: int, shares: int, there: Connection) -> None:
    with Sweeper.ready(order) as sweeper:
        there.send(sweeper.sweep(share, shares))


def _boundaries(tally: Tally) -> str:
    met = Counter(tally.trail)
    writes, reads = met["before write"], met["before read"]
    return (
        f"a day is {met['before commit']} commits, {reads + writes} requests ({writes} change orders) "
        f"and {met['after wait']} waits: {len(tally.trail)} points"
    )


def _summary(given: argparse.Namespace, tally: Tally, seconds: float) -> str:
    made = len(tally.noticed) + len(tally.overlooked)
    facts = {
        "points": tally.points,
        "not reached": tally.missed,
        "kills a day": given.kills,
        "lanes": given.lanes,
        "requote": given.requote,
        "restarts": tally.restarts,
        "duplicates": tally.duplicates,
        "lost": tally.lost,
        "findings": len(tally.findings),
        "mistakes noticed": f"{len(tally.noticed)} of {made}",
        "seconds": round(seconds),
    }
    return ", ".join(f"{name} {fact}" for name, fact in facts.items())


if __name__ == "__main__":
    sys.exit(main())
