"""`alchemiser sim serve`: a look-alike in a process of its own, and what it says of itself."""

from __future__ import annotations

import os
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from support.command import Shown, alchemiser, begin, end, working_folder

HEADERS = {"APCA-API-KEY-ID": "look-alike-key", "APCA-API-SECRET-KEY": "look-alike-secret"}
LAST_LINE = "It ends with Ctrl-C.\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts another process as Unix does")


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as one:
        yield one


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[str, str]]:
    """Yield the address and all that was said; interrupt the process at the end, which is no failure."""
    process = begin(folder, "sim", "serve", "--port", "0", *options, PYTHONUNBUFFERED="1")
    try:
        said = "".join(iter(lambda: _line(process), LAST_LINE))
        yield said.split()[6], said
    finally:
        process.send_signal(signal.SIGINT)
        shown = end(process)
    assert (shown.exit_code, shown.err) == (0, "")


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, end(process).err
    return line


def ask(address: str, path: str) -> Any:
    return requests.get(address + path, headers=HEADERS, timeout=30).json()


def test_it_serves_an_account_at_a_session_and_says_how_to_trade_on_it(folder: Path) -> None:
    options = ("--at", "2024-11-29", "--standing", "--cash", "5000", "--hold", "SPY=2", "--hold", "TLT=1.5")
    with serving(folder, *options) as (address, said):
        state = ask(address, "/sim/state")
        assets = {asset["symbol"] for asset in ask(address, "/v2/assets")}
    assert (state["now"], state["runs"]) == ("2024-11-29T17:45:00+00:00", False)
    assert (state["cash"], state["positions"]) == ("5000", {"SPY": "2", "TLT": "1.5"})
    assert {"SPY", "TLT", "QQQ"} <= assets
    text = said[said.index("mode =") : said.index("and this into .env")]
    assert tomllib.loads(text) == {
        "mode": "paper",
        "alpaca": {"base_url": address, "clock": "look-alike"},
    }
    assert "ALCHEMISER_ALPACA__KEY_ID=look-alike-key" in said


def test_an_account_in_a_file_is_there_again(folder: Path) -> None:
    usual = ("--at", "2024-11-27T20:00:00Z", "--standing", "--database", "account.sqlite")
    with serving(folder, *usual, "--cash", "7000", "--hold", "SPY=3") as (address, _):
        assert ask(address, "/sim/state")["cash"] == "7000"
    with serving(folder, *usual) as (address, _):
        state = ask(address, "/sim/state")
    assert (state["cash"], state["positions"]) == ("7000", {"SPY": "3"})


def test_without_options_the_clock_runs_in_the_latest_session(folder: Path) -> None:
    with serving(folder) as (address, said):
        clock = ask(address, "/sim/clock")
        account = ask(address, "/v2/account")
    assert clock["runs"] is True
    assert "Its clock runs at" in said
    assert account["cash"] == "100000"


def test_what_is_to_go_wrong_is_read_from_a_file(folder: Path) -> None:
    fault = '{"kind": "status", "status": 503, "path": "/v2/clock"}'
    (folder / "faults.json").write_text(f'{{"faults": [{fault}]}}')
    with serving(folder, "--faults", "faults.json", "--at", "2024-11-27") as (address, _):
        first = requests.get(f"{address}/v2/clock", headers=HEADERS, timeout=30)
        second = requests.get(f"{address}/v2/clock", headers=HEADERS, timeout=30)
    assert (first.status_code, second.status_code) == (503, 200)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--at", "2024-11-28"), "not a trading session"),
        (("--at", "soon"), "no time such as"),
        (("--at", "2024-11-27T20:45:00"), "say in which zone"),
        (("--at", "1980-01-02T20:45:00Z"), "knows nothing of"),
        (("--cash", "much"), "is no number"),
        (("--cash=-1",), "must be 0 or more"),
        (("--hold", "spy=1"), "no holding such as"),
        (("--hold", "SPY"), "is no number"),
        (("--faults", "none.json"), "none.json"),
    ],
)
def test_what_cannot_be_is_refused_by_name(folder: Path, options: tuple[str, ...], words: str) -> None:
    #
    shown: Shown = alchemiser(folder, "sim", "serve", *options)
    assert shown.exit_code == 2
    assert words in shown.err
    assert shown.out == ""
