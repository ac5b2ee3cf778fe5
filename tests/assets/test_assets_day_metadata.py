from __future__ import annotations

import base64
import re
from pathlib import Path

import dagster as dg
from support.days import SESSION, WITH_REPORT, Day
from support.pngs import size_of

IMAGE = re.compile(r"!\[[^\]]+\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)")


def shown_of(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    (made,) = result.asset_materializations_for_node("reconciliation_report")
    return {name: value.value for name, value in made.metadata.items()}


def test_the_comparison_shows_the_day_and_the_ways_from_there(tmp_path: Path) -> None:
    day = Day.in_folder(tmp_path, WITH_REPORT)
    assert day.run().success
    compared = day.run("reconciliation_job")
    shown = shown_of(compared)
    report = Path(str(shown["report"]))
    assert report.is_file()
    assert report.parent.name == str(SESSION)
    pictures = [base64.b64decode(found) for found in IMAGE.findall(str(shown["pictures"]))]
    assert len(pictures) == 2  # allocation and drift: a curve begins with the second session
    assert all(size_of(picture)[0] == 960 for picture in pictures)
    assert shown["story"] == "`alchemiser story correlation`"
    assert shown["run"] == f"http://127.0.0.1:3000/runs/{compared.run_id}"
    assert f"/assets/strategy_signals/two_funds?partition={SESSION})" in str(shown["explanations"])


def test_a_report_that_cannot_be_written_breaks_no_run_and_says_so(tmp_path: Path) -> None:
    #
    day = Day.in_folder(tmp_path, WITH_REPORT)
    assert day.run().success
    (day.desk.settings.data_dir / "reports").write_text("a file stands where the folder should be")
    compared = day.run("reconciliation_job")
    assert compared.success
    shown = shown_of(compared)
    assert str(shown["report"]).startswith("not written: ")
    assert "the daily report can't be written" in str(shown["report"])
    assert shown["is_clean"] is True


def test_where_no_report_is_wanted_none_is_written_and_nothing_is_drawn(day: Day) -> None:
    assert day.run().success
    shown = shown_of(day.run("reconciliation_job"))
    assert shown.keys() & {"report", "pictures"} == set()
    assert shown["story"] == "`alchemiser story correlation`"
    assert not (day.desk.settings.data_dir / "reports").exists()
