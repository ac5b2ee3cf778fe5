"""Secrets stay secret, and every run ends in exactly one final notice, however it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from support.command import Shown, alchemiser, working_folder
from support.flipping import SESSIONS, Books, make_folder

KEY_ID = "PKSESAMESESAMESESA22"
SECRET_KEY = "open-sesame-open-sesame-open-sesame-1234"  # noqa: S105 - invented
TOKEN = "tokentokentoken0987654321"  # noqa: S105 - invented
PASSWORD = "hushhushhush77"  # noqa: S105 - invented
SECRETS = (KEY_ID, SECRET_KEY, TOKEN, PASSWORD)
CLOSED_PORT = 9


@dataclass(frozen=True)
class SecretDay:
    """A folder in which a day was run with secrets all over its settings, and all that was shown."""

    folder: Path
    run: Shown
    others: tuple[Shown, ...]


@pytest.fixture(scope="module")
def day() -> Iterator[SecretDay]:
    with working_folder() as folder:
        make_folder(folder)
        environment = {
            "ALCHEMISER_ALPACA__KEY_ID": KEY_ID,
            "ALCHEMISER_ALPACA__SECRET_KEY": SECRET_KEY,
            "ALCHEMISER_NOTIFY__URLS": json.dumps([f"json://me:{PASSWORD}@127.0.0.1:{CLOSED_PORT}/{TOKEN}"]),
        }
        run = alchemiser(folder, "run", "--session", SESSIONS[0], **environment)
        again = [
            alchemiser(folder, *command, **environment)
            for command in (
                ("run", "--session", "2024-11-28"),
                ("status",),
                ("config",),
                ("doctor", "--session", SESSIONS[0]),
                ("journal", "verify"),
            )
        ]
        yield SecretDay(folder, run, tuple(again))


def test_a_notice_that_cant_be_delivered_leaves_the_trading_alone(day: SecretDay) -> None:
    #
    assert (day.run.exit_code, day.run.err) == (0, "")
    assert any(line.startswith("Execution: traded, ") for line in day.run.lines)
    assert any(line.startswith("Reconciliation: clean; ") for line in day.run.lines)
    status = day.others[1]
    assert status.exit_code == 0
    oldest = "Traded: 3 of 3 trades filled, "
    assert f"2 notices could not be sent; the oldest: {oldest}" in " ".join(status.lines)


def test_no_secret_is_shown(day: SecretDay) -> None:
    #
    for shown in (day.run, *day.others):
        for secret in SECRETS:
            assert secret not in shown.out + shown.err


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_in_any_file_that_a_day_leaves(day: SecretDay, secret: str) -> None:
    #
    files = [path for path in day.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"ledger.sqlite", "alchemiser.log", "notices.log", "runs.db", "index.db"} <= names
    assert [str(path) for path in files if secret.encode() in path.read_bytes()] == []


def notices(folder: Path) -> list[dict[str, str]]:
    lines = (folder / ".alchemiser" / "notices.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield make_folder(empty)


def test_every_way_to_end_is_told_exactly_once(folder: Path) -> None:
    #
    first, second = SESSIONS[:2]

    def run(name: str, session: str) -> int:
        return alchemiser(folder, "run", "--session", session, "--correlation-id", name).exit_code

    assert run("traded", first) == 0
    assert run("nothing", first) == 0
    bars = (folder / "bars.csv").read_text()
    (folder / "bars.csv").write_text(bars.replace("DDD,2024-11-20,", "DDD,2024-11-20,-"))
    assert run("failed", second) == 2
    (folder / "bars.csv").write_text(bars)
    (lock,) = (folder / ".alchemiser" / "locks").glob("account-*.lock")
    with FileLock(lock):
        assert run("refused", second) == 1
    told = {notice["correlation_id"]: notice for notice in notices(folder)}
    assert len(notices(folder)) == len(told) == 4
    for name, level, headline, session in (
        ("traded", "info", "Traded: 3 of 3 trades filled, ", first),
        ("nothing", "info", "Nothing to do, ", first),
        ("failed", "error", "Failed at market_data ", second),
        ("refused", "warning", "Skipped ", second),
    ):
        assert told[name]["level"] == level
        assert told[name]["title"].startswith(headline)
        assert told[name]["title"].endswith(f"(simulated, session {session})")
    assert "code: data" in told["failed"]["body"]
    assert "DDD on 2024-11-20 has close -" in told["failed"]["body"]
    assert "is trading the account" in told["refused"]["body"]
    assert Books(folder).count("simulated_orders") == 3
    assert_status_shows(folder, ("failed", "refused"))


def assert_status_shows(folder: Path, names: tuple[str, ...]) -> None:
    status = alchemiser(folder, "status")
    assert (status.exit_code, status.err) == (0, "")
    troubles = status.out.split("Runs that did not end well")[1].split("Reconciliation")[0]
    for name in names:
        assert any(line.rstrip().endswith(f" {name}") for line in troubles.splitlines())
    for name in ("traded", "nothing"):
        assert not any(line.rstrip().endswith(f" {name}") for line in troubles.splitlines())
    assert "Failed at market_data" in " ".join(troubles.split())


def test_the_password_of_a_database_that_cant_be_used_is_not_told(folder: Path) -> None:
    #
    url = f"postgresql+psycopg2://me:{PASSWORD}@127.0.0.1:{CLOSED_PORT}/ledger"
    shown = alchemiser(folder, "run", "--session", SESSIONS[0], ALCHEMISER_DATABASE_URL=url)
    assert shown.exit_code in {1, 2}
    assert shown.err.startswith(f"error: postgresql+psycopg2://me:***@127.0.0.1:{CLOSED_PORT}/ledger: the d")
    assert PASSWORD not in shown.out + shown.err
    (notice,) = notices(folder)
    assert notice["title"] == f"Failed at start (simulated, session {SESSIONS[0]})"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []
