from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command import alchemiser
from support.days import BUY_AND_HOLD, Day

SWITCHED = BUY_AND_HOLD.replace("0.6", "0.3")


@pytest.fixture
def traded(day: Day) -> Path:
    day.run()
    return day.folder


def test_the_last_traded_session_is_equal_and_the_code_is_0(traded: Path) -> None:
    #
    shown = alchemiser(traded, "verify")
    assert shown.exit_code == 0
    assert "2024-11-29 two_funds yes equal official close not known yet" in shown.lines
    assert shown.lines[-1] == "1 of 1 decisions are equal in every bit"


@pytest.mark.parametrize("asked", [("2024-11-29",), ("--since", "2024-11-27")])
def test_a_session_or_all_since_one_are_asked_for(traded: Path, asked: tuple[str, ...]) -> None:
    shown = alchemiser(traded, "verify", *asked, "--json")
    assert shown.exit_code == 0
    (verdict,) = json.loads(shown.out)
    assert verdict["session"] == "2024-11-29"
    assert verdict["is_equal"]
    assert verdict["was_traded"]
    assert verdict["reasons"] == []
    assert verdict["hindsight"] == {"official_close_is_known": False, "is_same": True, "effects": []}


def test_the_official_close_is_compared_once_it_is_kept(day: Day) -> None:
    # the bars of the next session bring the close of this one, here at the price of the decision
    day.run()
    Day(day.folder, session=day.desk.calendar.following(day.session)).run()
    shown = alchemiser(day.folder, "verify", "2024-11-29")
    assert shown.exit_code == 0
    assert "2024-11-29 two_funds yes equal same bars, same decision" in shown.lines
    everything = alchemiser(day.folder, "verify", "--since", "2024-11-29")
    assert everything.lines[-1] == "2 of 2 decisions are equal in every bit"


def test_a_strategy_that_was_edited_is_named_and_the_code_is_1(traded: Path) -> None:
    (traded / "two_funds.clj").write_text(SWITCHED)
    shown = alchemiser(traded, "verify")
    assert shown.exit_code == 1
    assert "strategy changed: 30 % moves: SPY" in shown.out
    assert shown.lines[-1] == "0 of 1 decisions are equal in every bit"
    (verdict,) = json.loads(alchemiser(traded, "verify", "--json").out)
    assert verdict["reasons"] == verdict["changed_since"] == ["strategy changed"]
    assert verdict["difference"]["distance"] == pytest.approx(0.3)


def test_one_that_differs_among_others_that_are_equal_is_enough(day: Day) -> None:
    #
    day.run()
    (day.folder / "two_funds.clj").write_text(SWITCHED)
    Day(day.folder, session=day.desk.calendar.following(day.session)).run()
    shown = alchemiser(day.folder, "verify", "--since", "2024-11-29")
    assert shown.lines[-1] == "1 of 2 decisions are equal in every bit"
    assert shown.exit_code == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("2024-11-29", "--since", "2024-11-27"), "not both"),
        (("2024-11-28",), "2024-11-28"),
        (("2024-11-27",), "no decision is kept"),
        (("yesterday",), "no date"),
    ],
)
def test_what_can_t_be_asked_is_usage(traded: Path, asked: tuple[str, ...], said: str) -> None:
    shown = alchemiser(traded, "verify", *asked)
    assert shown.exit_code == 2
    assert said in shown.err


def test_nothing_is_written_by_looking(traded: Path) -> None:
    def files() -> dict[str, bytes]:
        kept = (traded / ".alchemiser").rglob("*")
        return {str(file): file.read_bytes() for file in kept if file.is_file() and "ledger" not in file.name}

    before, head = files(), alchemiser(traded, "journal", "verify").out
    alchemiser(traded, "verify")
    assert files() == before
    assert alchemiser(traded, "journal", "verify").out == head
