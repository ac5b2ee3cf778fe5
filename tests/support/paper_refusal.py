"""How a paper day is refused: what a person is shown and told, and that nothing was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass

from support.command import Shown
from support.flipping import Books
from support.paper_day import PaperDay


@dataclass(frozen=True)
class Refusal:
    """How a day is refused: the error in words, the command's exit code, and at which step."""

    words: str
    exit_code: int
    step: str = "start"


def notices(day: PaperDay) -> list[dict[str, str]]:
    lines = (day.folder / ".alchemiser" / "notices.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


def assert_refused(day: PaperDay, refusal: Refusal, **environment: str) -> Shown:
    """Hold that a run ends in just these words, told once, with nothing sent and nothing in the books."""
    shown = day.run(**environment)
    place = "" if refusal.step == "start" else f"{refusal.step}: "
    assert shown.err == f"error: {place}{refusal.words}\n"
    assert shown.exit_code == refusal.exit_code
    assert day.writes == []
    assert Books(day.folder).count("orders") == 0
    (notice,) = notices(day)
    assert notice["level"] == "error"
    assert notice["title"].startswith(f"Failed at {refusal.step} (paper, session ")
    assert f"\nerror: {refusal.words}\n" in notice["body"]
    assert "Traceback" not in shown.out + shown.err + notice["body"]
    return shown


def assert_found_by_doctor(day: PaperDay, subject: str, refusal: Refusal, **environment: str) -> None:
    """Hold that the doctor finds the same in the same words, and ends with the same code."""
    shown = day.command("doctor", **environment)
    assert (shown.exit_code, shown.err) == (refusal.exit_code, "")
    told = " ".join(shown.out.split())
    assert f" {subject} PROBLEM {refusal.words}" in told
    assert told.count("PROBLEM") == 1
    assert day.writes == []
