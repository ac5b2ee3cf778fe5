"""`python -m fortnight`: fourteen days through the real daemon, in fast-forward; prints what became of each.

Daemon, code server and run workers are the real processes; the broker is the look-alike; all go by one clock
that is wound. Nights are not waited for: the machine is switched off after the day's last tick.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from fortnight.broker import KEYS, free_port, served_broker
from fortnight.days import FORTNIGHT, Day
from fortnight.faked_clock import FakedClock
from fortnight.machine import Machine
from fortnight.observe import Observer, SeenDay
from fortnight.scene import Scene, morning_of

SETTINGS = """mode = "paper"

[alpaca]
base_url = "{broker}"

[market_data]
history_start = 2023-06-01

[trading]
after_failure = "resume"
step_seconds = 2

[schedule]
{schedule}
"""


def main() -> int:
    """Live through the days, print the table, and return 0 where each ended as it should."""
    given = _arguments()
    folder = Path(given.folder or tempfile.mkdtemp(prefix="fortnight-"))
    folder.mkdir(parents=True, exist_ok=True)
    days = [day for day in FORTNIGHT if not given.only or str(day.date) in given.only]
    clock = FakedClock.in_folder(folder)
    began, findings = time.monotonic(), []
    with served_broker(folder / "broker", morning_of(days[0])) as broker:
        machine = Machine(folder / "machine", clock, broker, KEYS, (free_port(), free_port()))
        machine.set_up(SETTINGS.format(broker=broker, schedule=""))
        machine.wind(morning_of(days[0]))
        machine.start_code_server()
        scene = Scene(machine, Observer(machine.folder, broker))
        try:
            for day in days:
                scene.live(day)
                seen = scene.observer.look(day.date)
                findings += [f"{day.date}: {finding}" for finding in _findings(day, seen)]
                _print(day, seen, clock.now())
        finally:
            machine.close()
    took = time.monotonic() - began
    sys.stdout.write(f"\n{len(days)} days in {took / 60:.0f} minutes, {len(findings)} findings: {folder}\n")
    sys.stdout.write("".join(f"  {finding}\n" for finding in findings))
    return 1 if findings else 0


def _findings(day: Day, seen: SeenDay) -> list[str]:
    wrong = []
    if len(seen.finals) != day.finals:
        wrong.append(f"{len(seen.finals)} final notices, not {day.finals}: {seen.finals}")
    if seen.finals and not seen.finals[0].startswith(day.says):
        wrong.append(f"the final notice says {seen.finals[0]!r}, not one of {day.says}")
    if seen.doubles:
        wrong.append(f"orders twice: {seen.doubles}")
    return wrong


def _print(day: Day, seen: SeenDay, now: datetime) -> None:
    lines = [f"{day.date:%a} {day.date}  {day.trouble.value}  (now {now:%H:%M} UTC)"]
    lines += [f"    {name}: {value}" for name, value in asdict(seen).items() if value]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fortnight", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="dates of the days to live (default: all)")
    parser.add_argument("--folder", help="where all is written (default: a new temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
