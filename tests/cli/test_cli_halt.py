"""`alchemiser halt`, `resume`, `flatten`: what they change, say and show, and what they need for it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, begin, end, working_folder
from support.flipping import SESSIONS, SETTINGS, Books, make_folder

from alchemiser_dagster.cli.halting import market_hours
from alchemiser_dagster.sessions import TradingCalendar

NOBODY_THERE = """mode = "paper"

[alpaca]
base_url = "http://127.0.0.1:9"
clock = "look-alike"
"""
CALENDAR = TradingCalendar()


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield make_folder(empty)


def typed(folder: Path, *words: str) -> Shown:
    shown = alchemiser(folder, *words)
    assert (shown.exit_code, shown.err) == (0, "")
    return shown


def line(shown: Shown, name: str) -> str:
    (found,) = (text for text in shown.lines if text.startswith(f"{name}: "))
    return found.removeprefix(f"{name}: ")


@pytest.mark.parametrize(
    ("words", "level", "effect"),
    [
        (("halt",), "halt", "At once: a run under way sends no further order and cancels"),
        (("halt", "--reduce-only"), "reduce only", "At once: a run under way buys nothing more"),
        (("flatten",), "flatten", "At once: nothing is bought any more. The next run sells everything"),
    ],
)
def test_a_level_is_put_in_force_told_and_ended(
    folder: Path, words: tuple[str, ...], level: str, effect: str
) -> None:
    first = typed(folder, *words, "--reason", "quotes\n look  wrong", "--by", "anna")
    assert line(first, "before") == "none"
    assert line(first, "now").startswith(f"{level} since ")
    assert line(first, "now").endswith(" UTC by anna: quotes look wrong")
    assert line(first, "effect").startswith(effect)
    assert "alchemiser resume --reason TEXT" in " ".join(first.lines)
    last = typed(folder, "resume", "--reason", "they are right")
    assert line(last, "before") == line(first, "now")
    assert line(last, "now") == "none"


def test_typed_twice_nothing_is_changed(folder: Path) -> None:
    #
    typed(folder, "halt", "--reason", "one", "--by", "anna")
    again = typed(folder, "halt", "--reason", "two", "--by", "bert")
    assert "so nothing was changed: halt since" in again.out
    assert "by anna: one" in " ".join(again.lines)
    assert Books(folder).count("journal") == 1


def test_where_nothing_is_halted_resume_says_so(folder: Path) -> None:
    shown = typed(folder, "resume", "--reason", "just so")
    assert "Nothing is halted, so nothing was changed." in shown.out
    assert Books(folder).count("journal") == 0


def test_who_is_the_systems_user_where_nobody_is_named(folder: Path) -> None:
    shown = typed(folder, "halt", "--reason", "x")
    assert f" by {getpass.getuser()}: x" in line(shown, "now")


@pytest.mark.parametrize("command", ["halt", "resume", "flatten"])
@pytest.mark.parametrize("words", [(), ("--reason", " \n "), ("--reason", "x", "--by", " ")])
def test_no_level_is_changed_without_a_reason_and_a_name(
    folder: Path, command: str, words: tuple[str, ...]
) -> None:
    shown = alchemiser(folder, command, *words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert Books(folder).count("journal") == 0


def test_a_stricter_level_is_not_loosened_in_passing(folder: Path) -> None:
    #
    typed(folder, "halt", "--reason", "one")
    shown = alchemiser(folder, "halt", "--reduce-only", "--reason", "two")
    assert (shown.exit_code, shown.out) == (1, "")
    assert shown.err.startswith("error: the level in force is stricter than reduce only: halt since")
    assert "halt since" in typed(folder, "status").lines[0]


def test_they_need_neither_broker_nor_keys_nor_strategies(folder: Path) -> None:
    (folder / "alchemiser.toml").write_text(NOBODY_THERE + SETTINGS.replace("flip.clj", "gone.clj"))
    (folder / "bars.csv").unlink()
    shown = typed(folder, "halt", "--reason", "x")
    assert shown.lines[0].startswith("mode paper, ledger sqlite:///")
    assert Books(folder).rows("SELECT account FROM journal") == [("paper",)]
    assert typed(folder, "resume", "--reason", "y").lines[0].startswith("mode paper")


def test_in_live_mode_the_account_must_be_named(folder: Path) -> None:
    (folder / "alchemiser.toml").write_text('mode = "live"\n')
    shown = alchemiser(folder, "halt", "--reason", "x")
    assert shown.exit_code == 2
    assert "live mode needs account, which is not set" in shown.err


def test_another_process_sees_it(folder: Path) -> None:
    assert end(begin(folder, "halt", "--reason", "x", "--by", "anna")).exit_code == 0
    shown = end(begin(folder, "status"))
    assert shown.lines[0].startswith("halt since ")
    assert end(begin(folder, "resume", "--reason", "y")).exit_code == 0
    assert not end(begin(folder, "status")).lines[0].startswith("halt")


def test_the_doctor_finds_it(folder: Path) -> None:
    typed(folder, "halt", "--reason", "x", "--by", "anna")
    shown = alchemiser(folder, "doctor", "--session", SESSIONS[0])
    assert shown.exit_code == 1
    assert "halt PROBLEM trading is halted since" in " ".join(shown.lines)
    typed(folder, "resume", "--reason", "y")
    typed(folder, "halt", "--reduce-only", "--reason", "z", "--by", "anna")
    shown = typed(folder, "doctor", "--session", SESSIONS[0])
    assert "halt ok reduce only since" in " ".join(shown.lines)


@pytest.mark.parametrize(
    ("instant", "hours"),
    [
        (datetime(2024, 11, 27, 16, 0, tzinfo=UTC), "the market is open until 21:00 UTC"),
        (
            datetime(2024, 11, 27, 13, 0, tzinfo=UTC),
            "the market is closed now and opens on Wednesday 2024-11-27 at 14:30 UTC",
        ),
        (
            datetime(2024, 11, 27, 21, 0, tzinfo=UTC),
            "the market is closed now and opens on Friday 2024-11-29 at 14:30 UTC",
        ),
        (
            datetime(2024, 11, 30, 16, 0, tzinfo=UTC),
            "the market is closed now and opens on Monday 2024-12-02 at 14:30 UTC",
        ),
    ],
)
def test_who_wants_out_is_told_when_the_market_is_open(instant: datetime, hours: str) -> None:
    assert market_hours(CALENDAR, instant) == hours
