"""`python -m mutation`: change the risk gate in every way that is known, and say which test notices."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mutation.equivalent import EQUIVALENT
from mutation.gate import COMPARED, ONLY_POSTGRESQL, mutations
from mutation.sources import Source
from mutation.trial import tried

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/risk/test_risk_order_guards.py",
    "tests/risk/test_risk_plan_and_account_guards.py",
    "tests/risk/test_risk_origins.py",
    "tests/risk/test_risk_gate.py",
    "tests/risk/test_risk_permit.py",
    "tests/execution/test_execution_guards.py",
    "tests/risk/test_risk_guards_fire.py",
    "tests/execution/test_execution_order_of_sessions.py",
)


def main() -> int:
    """Make each mutation, print who noticed it, and return 0 where none was overlooked."""
    given = _arguments()
    made = [one for one in mutations(ROOT) if given.only in one.name]
    if given.list:
        sys.stdout.write("".join(f"{one.name}\n" for one in made))
        return 0
    unchanged = Source.read(ROOT, COMPARED[0]).unchanged()
    overlooked = 0
    for name, killer in tried((unchanged, *made), ROOT, TESTS, given.workers):
        if name == unchanged.name:
            overlooked += bool(killer)
            sys.stdout.write(f"{name} → {killer or 'all tests pass'}\n")
            continue
        excused = EQUIVALENT.get(name)
        overlooked += not killer and not excused
        told = killer or (f"nothing can: {excused}" if excused else "OVERLOOKED")
        sys.stdout.write(f"{name} → {told}\n")
        sys.stdout.flush()
    sys.stdout.write(f"not tried: {ONLY_POSTGRESQL}\n")
    equivalent = sum(one.name in EQUIVALENT for one in made)
    sys.stdout.write(f"{len(made)} mutations, {equivalent} of them change nothing, {overlooked} overlooked\n")
    return 1 if overlooked else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--only", default="", help="a part of the mutations' names")
    parser.add_argument("--workers", type=int, default=2, help="how many are tried at once")
    parser.add_argument("--list", action="store_true", help="name them, and try none")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
