"""`alchemiser story`, `why` and `replay` as a person types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import alchemiser
from support.days import Day
from support.told_days import ToldDays, traded_day


@pytest.fixture(scope="module")
def days() -> Iterator[ToldDays]:
    with traded_day() as days:
        yield days


def test_an_empty_ledger_says_how_the_first_story_comes_about(tmp_path: Path) -> None:
    Day.in_folder(tmp_path)
    for arguments in (("story", "last"), ("replay", "last"), ("why", "SPY")):
        shown = alchemiser(tmp_path, *arguments)
        assert shown.exit_code == 2
        assert "no story is known yet. `alchemiser run` makes the first one" in shown.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("story", "mo"), 2, "no story is known as mo; there are monday (2024-11-25)"),
        (("story", "monday", "--bundle", "nowhere/day.zip"), 2, "the bundle can't be written"),
        (("replay", "gone.zip"), 2, "gone.zip: the file can't be read: No such file"),
        (("replay", "bars.csv"), 2, "bars.csv: it is no whole zip file"),
        (("why", "NOPE"), 2, "NOPE is neither an order nor a symbol of session 2024-11-25"),
        (("why", "AAA", "--session", "2024-11-24"), 2, "2024-11-24"),
        (("why", "AAA", "--session", "2024-11-26"), 2, "no story is known as session 2024-11-26"),
        (("why", "alch-"), 2, "several orders fit alch-: alch-"),
        (("why", "alch-ffffffffff"), 2, "ALCH-FFFFFFFFFF is neither an order nor a symbol"),
    ],
)
def test_what_can_t_be_told_is_said_with_what_there_is(
    days: ToldDays, arguments: tuple[str, ...], code: int, said: str
) -> None:
    #
    shown = days.told(*arguments)
    assert (shown.exit_code, shown.out) == (code, "")
    assert said in shown.err


def test_a_chain_goes_from_the_order_to_the_bars(days: ToldDays) -> None:
    #
    shown = days.told("why", "AAA")
    assert shown.lines[0] == "Buy 789.99603017 AAA, 789.99603017 filled; open: flip 40.00 %"
    assert any(line.startswith("buy 789.99603017 at 50.38 (39,800.00): open") for line in shown.lines)
    assert "40.00 % of what is invested; 0.00 % was held, 39.80 % of the account is wanted" in shown.lines
    assert any("price of SIG above 5-day average price of SIG? no" in line for line in shown.lines)
    assert any(line.startswith("SIG 2024-11-22 101.0 sealed file:") for line in shown.lines)
    assert any(line.startswith("SIG 2024-11-25 99.0 provisional file:") for line in shown.lines)
    assert any(line.startswith("submit → answered") for line in shown.lines)


def test_a_symbol_that_no_strategy_wants_is_told_with_who_looked_at_it(days: ToldDays) -> None:
    shown = days.told("why", "SIG")
    assert shown.lines[0] == "Not traded: no strategy wants SIG, and none is held"
    assert any(line.startswith("flip wants 0 %") and "on the path" in line for line in shown.lines)
    found = json.loads(days.told("why", "sig", "--json").out)
    assert (found["orders"], found["line"], found["symbol"]) == ([], None, "SIG")


def test_looking_changes_nothing(days: ToldDays) -> None:
    head = days.told("journal", "verify").out
    for arguments in (("story", "last"), ("why", "AAA"), ("replay", "monday")):
        assert days.told(*arguments).exit_code == 0
    assert days.told("journal", "verify").out == head


def test_a_denied_symbol_is_told_so_and_replays_by_the_rules_of_the_day(tmp_path: Path) -> None:
    # the rules are those that the plan was made by, whatever is set by now
    day = Day.in_folder(tmp_path)
    settings = tmp_path / "alchemiser.toml"
    before = settings.read_text()
    settings.write_text(before + '[risk]\ndenied_symbols = ["TLT"]\n')
    day.run()
    settings.write_text(before)
    shown = alchemiser(tmp_path, "why", "TLT")
    assert shown.lines[0].endswith("left alone: on the deny list")
    assert alchemiser(tmp_path, "replay", "last").lines[-1] == "equal"
