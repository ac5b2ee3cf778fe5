"""config, doctor, signals, journal: what a person sees of settings, health, weights and the journal."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import Books, make_folder

KEYS = {
    "ALCHEMISER_ALPACA__KEY_ID": "PKTESTTESTTESTTEST22",
    "ALCHEMISER_ALPACA__SECRET_KEY": "sesame-sesame-sesame",
}


@pytest.fixture(scope="module")
def flipping() -> Iterator[Path]:
    """A folder that only commands without a side effect work in."""
    with working_folder() as folder:
        yield make_folder(folder)


@pytest.fixture
def traded() -> Iterator[Path]:
    with working_folder() as folder:
        assert alchemiser(make_folder(folder), "run", "--session", "2024-11-25").exit_code == 0
        yield folder


def signals(folder: Path, *options: str) -> Shown:
    shown = alchemiser(folder, "signals", "flip.clj", *options)
    assert (shown.exit_code, shown.err) == (0, "")
    return shown


def tamper(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(Books(folder).file)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(statement).rowcount
        connection.commit()
    assert changed == 1


def test_without_a_command_the_commands_are_listed(flipping: Path) -> None:
    shown = alchemiser(flipping, "--help")
    assert shown.exit_code == 0
    for command in ("run", "status", "doctor", "config", "signals", "explain", "journal"):
        assert f"  {command} " in shown.out


@pytest.mark.parametrize(
    "arguments",
    [("frobnicate",), ("run", "--frobnicate"), ("run", "--session", "29.11.2024"), ("signals",)],
)
def test_a_word_that_the_command_does_not_know_is_a_usage_error(
    flipping: Path, arguments: tuple[str, ...]
) -> None:
    shown = alchemiser(flipping, *arguments)
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err.startswith("Usage: alchemiser")
    assert "--help' for help." in shown.err


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("run", "--correlation-id", "two words"),
            "'--correlation-id': give 1 to 63 letters, digits, dots, hyphens or underscores",
        ),
        (("run", "--correlation-id", "x" * 64), "Invalid value for '--correlation-id'"),
        (("run", "--correlation-id", ""), "Invalid value for '--correlation-id'"),
        (("status", "--runs", "0"), "Invalid value for '--runs': 0 is not in the range x>=1."),
        (
            ("signals", "flip.clj", "--from", "2024-11-26", "--to", "2024-11-25"),
            "Error: --from is later than --to",
        ),
        (("explain", "flip.clj", "--session", "2024-02-30"), "'2024-02-30' is no date such as 2024-11-29"),
        (("signals", "flip.clj", "--format", "xml"), "'xml' is not one of 'table', 'csv', 'json'"),
    ],
)
def test_a_value_that_means_nothing_is_a_usage_error(
    flipping: Path, arguments: tuple[str, ...], error: str
) -> None:
    shown = alchemiser(flipping, *arguments)
    assert (shown.exit_code, shown.out) == (2, "")
    assert error in shown.err


def test_config_shows_each_setting_and_where_it_came_from(flipping: Path) -> None:
    shown = alchemiser(flipping, "config", ALCHEMISER_PORTFOLIO__MINIMUM_TRADE="25")
    assert (shown.exit_code, shown.err) == (0, "")
    assert "mode simulated default" in shown.lines
    (minimum,) = (line for line in shown.lines if line.startswith("portfolio.minimum_trade"))
    assert minimum.startswith("portfolio.minimum_trade 25 environment")
    (start,) = (line for line in shown.lines if line.startswith("market_data.history_start"))
    assert start.startswith("market_data.history_start 2024-11-01 ")
    assert "alchemiser.toml" in start


def test_config_masks_secrets(flipping: Path) -> None:
    #
    shown = alchemiser(flipping, "config", **KEYS)
    assert any(line.startswith("alpaca.secret_key **********") for line in shown.lines)
    for secret in KEYS.values():
        assert secret not in shown.out + shown.err


def test_doctor_finds_nothing_wrong_with_a_sound_folder(flipping: Path) -> None:
    shown = alchemiser(flipping, "doctor", "--session", "2024-11-29")
    assert (shown.exit_code, shown.err) == (0, "")
    assert "PROBLEM" not in shown.out
    assert "keys ok not set, not needed in simulated mode" in shown.lines
    early = "session 2024-11-29 closes at 18:00 UTC, an early close; it is 2024-11-29 17:45 UTC"
    assert f"calendar ok {early}" in shown.lines
    assert "database ok sqlite, journal of 0 entries unbroken" in shown.lines
    assert "symbols ok all 6 have a price: AAA, BBB, CCC, DDD, EEE, SIG" in shown.lines
    assert "account ok equity 100,000.00 USD" in shown.lines


def test_doctor_names_what_would_stop_a_run_and_ends_with_its_code(flipping: Path) -> None:
    shown = alchemiser(flipping, "doctor", "--session", "2024-12-09")
    assert shown.exit_code == 2
    assert any(line.startswith("symbols PROBLEM ") for line in shown.lines)
    assert "no price of session 2024-12-09 for AAA, BBB, CCC, DDD, EEE, SIG" in " ".join(shown.lines)


def test_doctor_places_no_order_and_keeps_no_record(flipping: Path) -> None:
    alchemiser(flipping, "doctor", "--session", "2024-11-29")
    books = Books(flipping)
    assert books.file.exists()
    assert (books.count("orders"), books.count("simulated_orders"), books.count("journal")) == (0, 0, 0)


def test_signals_as_csv_hold_a_line_for_each_holding(flipping: Path) -> None:
    shown = signals(flipping, "--from", "2024-11-27", "--to", "2024-11-29", "--format", "csv")
    rows = list(csv.reader(io.StringIO(shown.out)))
    assert rows == [
        ["strategy", "session", "symbol", "weight"],
        ["flip", "2024-11-27", "AAA", "0.4"],
        ["flip", "2024-11-27", "BBB", "0.3"],
        ["flip", "2024-11-27", "CCC", "0.3"],
        ["flip", "2024-11-29", "AAA", "0.1"],
        ["flip", "2024-11-29", "DDD", "0.5"],
        ["flip", "2024-11-29", "EEE", "0.4"],
    ]


def test_signals_as_json_are_objects(flipping: Path) -> None:
    shown = signals(flipping, "--from", "2024-11-29", "--to", "2024-11-29", "--format", "json")
    weights = {"AAA": 0.1, "DDD": 0.5, "EEE": 0.4}
    assert json.loads(shown.out) == [
        {"strategy": "flip", "session": "2024-11-29", "weights": weights, "undefined": []}
    ]


def test_signals_as_a_table_are_the_last_ten_sessions(flipping: Path) -> None:
    shown = signals(flipping)
    assert shown.lines[0] == "flip"
    assert len([line for line in shown.lines if line.startswith("2024-")]) == 10
    assert shown.lines[-1] == "2024-12-06 AAA 40.00 %, BBB 30.00 %, CCC 30.00 %"


def test_signals_say_what_history_they_lack(flipping: Path) -> None:
    #
    (flipping / "slow.clj").write_text(
        '(defsymphony "Slow" {} (if (> (moving-average-price "AAA" {:window 18}) 1) [(asset "AAA" nil)] []))'
    )
    missing = "moving-average-price {:window 18} of AAA needs 18 bars and had 17"
    undefined = alchemiser(flipping, "signals", "slow.clj", "--to", "2024-11-25", "--format", "json")
    last = json.loads(undefined.out)[-1]
    assert (last["session"], last["weights"], last["undefined"]) == ("2024-11-25", {}, [missing])


def test_signals_read_another_file_of_bars(flipping: Path) -> None:
    lines = (flipping / "bars.csv").read_text().splitlines()
    kept = [line.replace("SIG,2024-11-29,101", "SIG,2024-11-29,99") for line in lines]
    (flipping / "other.csv").write_text("\n".join(kept) + "\n")
    options = ("--from", "2024-11-29", "--to", "2024-11-29", "--format", "csv")
    assert "DDD" in signals(flipping, *options).out
    assert "DDD" not in signals(flipping, *options, "--bars", "other.csv").out


def test_signals_name_the_symbols_that_have_no_bars(flipping: Path) -> None:
    #
    shown = alchemiser(flipping, "signals", "flip.clj", "--to", "2023-11-29")
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err == (
        f"error: file:{flipping}/bars.csv, 2024-11-01 to 2023-11-29: "
        "no bars for AAA, BBB, CCC, DDD, EEE, SIG. "
        "Name a file that has them with --bars, or another range of sessions\n"
    )


def test_an_intact_journal_is_verified_and_a_changed_byte_is_found(traded: Path) -> None:
    intact = alchemiser(traded, "journal", "verify")
    assert (intact.exit_code, intact.err) == (0, "")
    assert intact.out.startswith("9 entries, unbroken; head ")
    tamper(traded, "UPDATE journal SET payload = replace(payload, 'CCC', 'CCD') WHERE entry = 5")
    broken = alchemiser(traded, "journal", "verify")
    assert (broken.exit_code, broken.out) == (1, "")
    assert broken.err == (
        "error: journal: entry 5 is not what was written. "
        "Restore the ledger from a backup; nothing after this entry can be trusted\n"
    )
    doctor = alchemiser(traded, "doctor", "--session", "2024-11-25")
    assert doctor.exit_code == 1
    assert "database PROBLEM journal: entry 5 is not what was written." in " ".join(doctor.lines)
    tamper(traded, "DELETE FROM journal WHERE entry = 3")
    assert "an entry is missing before entry 4" in alchemiser(traded, "journal", "verify").err
