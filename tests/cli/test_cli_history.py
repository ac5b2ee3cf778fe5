"""`alchemiser history`: what a person reads of past runs, and what machines do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.command import Shown, alchemiser, working_folder
from support.filled_ledger import CALENDAR, Filling, fill, new_ledger
from support.flipping import SESSIONS, make_folder


@pytest.fixture(scope="module")
def traded() -> Iterator[Path]:
    """A folder in which a session was run by hand, twice."""
    with working_folder() as folder:
        make_folder(folder)
        for name in ("first", "again"):
            shown = alchemiser(folder, "run", "--session", SESSIONS[0], "--correlation-id", name)
            assert shown.exit_code == 0
        yield folder


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    with working_folder() as folder:
        (folder / ".alchemiser").mkdir()
        database = new_ledger(f"sqlite:///{folder / '.alchemiser' / 'ledger.sqlite'}")
        fill(database, CALENDAR.sessions[-300:-40], Filling(orders=2))
        database.close()
        yield folder


def history(folder: Path, *words: str, **environment: str) -> Shown:
    shown = alchemiser(folder, "history", *words, **environment)
    assert (shown.exit_code, shown.err) == (0, "")
    return shown


def test_runs_are_listed_newest_first_with_what_became_of_them(traded: Path) -> None:
    #
    lines = history(traded).lines
    newest, oldest = (line for line in lines if line.split()[-1] in {"first", "again"})
    assert (newest.split()[0], newest.split()[-1]) == (SESSIONS[0], "again")
    assert " nothing to do " in newest
    assert (oldest.split()[0], oldest.split()[-1]) == (SESSIONS[0], "first")
    assert " traded " in oldest
    assert " 3/3 " in oldest
    assert "success rate 100.0 %" in lines
    assert "runs by outcome 1 traded, 1 nothing to do" in lines
    assert "sessions with a result 1 of 1" in lines
    assert any(line.startswith("execution_result 2 ") for line in lines)
    assert any(line.startswith("reconciliation_report 2 ") for line in lines)


def test_a_listing_can_be_narrowed(traded: Path) -> None:
    assert len(json.loads(history(traded, "--session", SESSIONS[0], "--json").out)["trading"]) == 2
    assert json.loads(history(traded, "--session", SESSIONS[1], "--json").out)["trading"] == []
    (one,) = (line for line in history(traded, "--runs", "1").lines if line.endswith((" first", " again")))
    assert one.endswith(" again")
    assert json.loads(history(traded, "--since", "2999-01-01", "--json").out)["trading"] == []
    assert len(json.loads(history(traded, "--since", "1d", "--json").out)["trading"]) == 2


def test_the_object_holds_exact_numbers_and_no_account(traded: Path) -> None:
    #
    told = json.loads(history(traded, "--json").out)
    first = told["trading"][0]
    assert (first["correlation_id"], first["outcome"], first["orders"]["filled"]) == ("first", "traded", 3)
    assert first["seconds_to_first_order"] is None
    assert isinstance(first["orders"]["cost"], str)
    assert set(first["steps"]) >= {"market_data", "execution_result"}
    assert "account" not in told


def test_prometheus_reads_what_it_is_told(traded: Path) -> None:
    text = history(traded, "--prometheus").out
    found = {family.name: family for family in text_string_to_metric_families(text)}
    outcomes = {one.labels["outcome"]: one.value for one in found["alchemiser_trading_runs"].samples}
    assert outcomes == {"traded": 1, "nothing_to_do": 1}
    assert text.endswith("\n")


def test_tables_fit_a_terminal_of_eighty_columns(filled: Path) -> None:
    shown = history(filled, "--since", "all", COLUMNS="80")
    assert max(len(line.rstrip()) for line in shown.out.splitlines()) <= 80


def test_neither_keys_nor_strategies_are_needed(traded: Path) -> None:
    settings = (traded / "alchemiser.toml").read_text()
    (traded / "alchemiser.toml").write_text(settings.replace("flip.clj", "gone.clj"))
    try:
        assert "success rate 100.0 %" in history(traded).lines
    finally:
        (traded / "alchemiser.toml").write_text(settings)


def test_an_empty_folder_has_no_history_and_no_error(tmp_path: Path) -> None:
    lines = history(tmp_path).lines
    assert lines[0] == "Trading runs (nothing to list)"
    assert "success rate –" in lines


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--since", "yesterday"), "give a date such as 2024-11-29, days such as 30d, or all"),
        (("--since", "0d"), "give a date such as 2024-11-29, days such as 30d, or all"),
        (("--since", "2024-02-30"), "give a date such as 2024-11-29, days such as 30d, or all"),
        (("--json", "--prometheus"), "--json and --prometheus can't stand together"),
        (("--runs", "0"), "0 is not in the range x>=1"),
    ],
)
def test_what_means_nothing_is_a_usage_error(tmp_path: Path, words: tuple[str, ...], error: str) -> None:
    shown = alchemiser(tmp_path, "history", *words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert error in " ".join(shown.err.split())
