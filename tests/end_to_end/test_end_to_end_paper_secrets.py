"""What goes over the wire to the broker stays there: no key, no secret, no account number anywhere (R-17)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.command import Shown
from support.paper_day import ACCOUNT_NUMBER, KEY_ID, SECRET_KEY, PaperDay, before_close, paper_day

from alchemiser_dagster.look_alike.fault_plan import Drop, HalfBody, Status, When

SECRETS = (KEY_ID, SECRET_KEY, ACCOUNT_NUMBER)
OTHER_SECRET = "another-another-another-sesame"  # noqa: S105 - invented
TELLTALE = f"key {KEY_ID} and secret {SECRET_KEY} are wrong"
EVERYTHING = "everything.log"
DEBUG = {"ALCHEMISER_LOGGING__LEVEL": "DEBUG"}
FAULTS = (
    Status(method="GET", path="/v2/account", nth=2, status=500, message=TELLTALE),
    Drop(method="GET", path="/v2/positions"),
    HalfBody(method="GET", path="/v2/stocks/bars"),
    Status(method="POST", path="/v2/orders", nth=2, status=504, when=When.AFTER, message=TELLTALE),
    Status(method="POST", path="/v2/orders", nth=4, status=422, code=42210000, message=TELLTALE),
    Drop(method="POST", path="/v2/orders", nth=6, when=When.AFTER),
    Status(method="DELETE", path="/v2/orders/*", status=500, message=TELLTALE),
)


@dataclass(frozen=True)
class LoudDay:
    """A folder in which paper days were run with everything logged, and all that was shown."""

    folder: Path
    run: Shown
    others: tuple[Shown, ...]


@contextmanager
def everything_logged(file: Path) -> Iterator[None]:
    """Let every library log all that it can, with the stacks of all exceptions."""
    root = logging.getLogger()
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        handler.close()


def commands(day: PaperDay) -> Iterator[Shown]:
    for command in ("doctor", "status", "config", "run"):
        yield day.command(command, **DEBUG)
    yield day.run(ALCHEMISER_ALPACA__SECRET_KEY=OTHER_SECRET, **DEBUG)
    day.world.change_rules(trading_blocked=True)
    yield day.run(**DEBUG)
    day.settle(address="http://127.0.0.1:9")
    yield day.run(**DEBUG)


@pytest.fixture(scope="module")
def day() -> Iterator[LoudDay]:
    with (
        paper_day(before_close("2024-11-27"), *FAULTS) as day,
        everything_logged(day.folder / EVERYTHING),
    ):
        run = day.run("--correlation-id", "loud", **DEBUG)
        yield LoudDay(day.folder, run, tuple(commands(day)))


def test_the_day_was_loud_and_went_wrong_in_places(day: LoudDay) -> None:
    assert [shown.exit_code for shown in day.others[-3:]] == [1, 1, 1]
    log = (day.folder / ".alchemiser" / "alchemiser.log").read_text()
    assert "question repeated" in log
    assert "DEBUG" in (day.folder / EVERYTHING).read_text()
    assert "urllib3.connectionpool DEBUG" in (day.folder / EVERYTHING).read_text()


def test_nothing_secret_is_shown(day: LoudDay) -> None:
    for shown in (day.run, *day.others):
        for secret in (*SECRETS, OTHER_SECRET):
            assert secret not in shown.out + shown.err


@pytest.mark.parametrize("secret", [*SECRETS, OTHER_SECRET])
def test_nothing_secret_is_in_any_file(day: LoudDay, secret: str) -> None:
    files = [path for path in day.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"ledger.sqlite", "alchemiser.log", "notices.log", "runs.db", "index.db", EVERYTHING} <= names
    assert [str(path) for path in files if secret.encode() in path.read_bytes()] == []
