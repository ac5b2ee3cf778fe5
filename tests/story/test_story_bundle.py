"""A bundle: the same bytes, nothing secret, computed again anywhere, and refused where it was changed."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.command import EXECUTABLE, PATIENCE_SECONDS, clean_environment
from support.spoiled_bundles import Change, changed, forged, members, packed, replaced
from support.told_days import ACCOUNT, ToldDays, traded_day

from alchemiser_dagster.cli.story_books import bundle_sources
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.reports.daily.file import report_path
from alchemiser_dagster.story.bar_files import bars_file, read_bars_file
from alchemiser_dagster.story.bundle import bundle_of
from alchemiser_dagster.story.manifest import MANIFEST, RECORDS, SETTINGS
from alchemiser_dagster.story.opening import read_bundle
from alchemiser_dagster.story.replay import replay

BARS = "bars/1.parquet"
TEXT = "strategies/flip.txt"
PARTS = ["records", "signal of flip", "target", "comparison", "plan"]


@pytest.fixture(scope="module")
def days() -> Iterator[ToldDays]:
    with traded_day() as days:
        yield days


@pytest.fixture(scope="module")
def bundle(days: ToldDays) -> bytes:
    return days.bundle("monday")


def with_close_moved(symbol: str) -> Change:
    """Move the last close of a symbol by a cent, far from any decision."""

    def change(content: bytes) -> bytes:
        bars = read_bars_file(content, BARS)
        bars.loc[bars.index[bars["symbol"] == symbol][-1], "close"] += 0.01
        return bars_file(bars)

    return change


def said_of(bundle: bytes) -> str:
    """Return the first difference that the code of the bundle finds, or "equal"."""
    opened = read_bundle(bundle, "told.zip")
    report = replay(opened, opened.manifest.code_version)
    first = next((part for part in report.parts if not part.is_equal), None)
    return f"{first.what}: {first.difference}" if first else "equal"


def test_the_same_story_is_the_same_bytes_and_holds_what_it_takes(days: ToldDays, bundle: bytes) -> None:
    assert days.bundle("monday") == bundle
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    files = members(bundle)
    names = {"story.json", "timeline.txt", RECORDS, SETTINGS, TEXT, BARS, "plan.json", "orders.jsonl"}
    names |= {"fills.jsonl", "calls.jsonl", "notices.jsonl", "explanation/flip.json", "explanation/flip.md"}
    assert names | {MANIFEST} <= files.keys()
    bars = read_bars_file(files[BARS], BARS)
    assert set(bars["symbol"]) == {"AAA", "BBB", "CCC", "DDD", "EEE", "SIG"}
    assert str(bars["session"].max().date()) == "2024-11-22"
    assert b"Nothing is" not in files["timeline.txt"]


def test_it_is_computed_again_in_a_bare_folder_by_another_process(bundle: bytes, tmp_path: Path) -> None:
    #
    (tmp_path / "told.zip").write_bytes(bundle)
    said = subprocess.run(  # noqa: S603 - the command under test
        [str(EXECUTABLE), "replay", "told.zip"],
        cwd=tmp_path,
        env={**clean_environment(), "HOME": str(tmp_path), "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert said.stderr == ""
    *parts, verdict = said.stdout.splitlines()
    assert [part.partition(": equal")[0] for part in parts] == PARTS
    assert (verdict, said.returncode) == ("equal", 0)
    assert [file.name for file in tmp_path.iterdir()] == ["told.zip"]


def test_a_session_is_packed_and_computed_from_the_pack(days: ToldDays) -> None:
    shown = days.told("replay", "2024-11-25")
    assert (shown.exit_code, shown.lines[-1]) == (0, "equal")
    shown = days.told("replay", "monday")
    assert (shown.exit_code, shown.lines[-1]) == (0, "equal")


def test_the_text_of_the_day_is_packed_though_the_file_is_another_by_now(
    days: ToldDays,
) -> None:
    #
    file = days.folder / "flip.clj"
    before = file.read_text()
    try:
        file.write_text(before.replace(":window 5", ":window 9"))
        assert members(days.bundle("monday"))[TEXT].decode() == before
    finally:
        file.write_text(before)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            BARS,
            with_close_moved("SIG"),
            "signal of flip: bars differ: 5-day average price of SIG was 99.8",
        ),
        (BARS, with_close_moved("AAA"), "equal"),
        (TEXT, replaced("(> ", "(< "), "signal of flip: the strategy file differs; 90 % moves"),
        (TEXT, replaced(":window 5", ":window 3"), "equal"),
        (
            SETTINGS,
            replaced('"minimum_trade":"5"', '"minimum_trade":"50000"'),
            "comparison: settings differ: min",
        ),
        (
            SETTINGS,
            replaced('"share":"1.0"', '"share":"0.5"'),
            "target: settings differ: the share of flip was",
        ),
        (RECORDS, replaced('\\"equity\\":\\"100000', '\\"equity\\":\\"100001'), "records: entry "),
    ],
)
def test_what_differs_is_named(bundle: bytes, name: str, change: Change, said: str) -> None:
    #
    settings = json.loads(members(bundle)[SETTINGS])
    tidy = forged(bundle, SETTINGS, lambda _: json.dumps(settings, separators=(",", ":")).encode())
    assert said_of(forged(tidy, name, change)).startswith(said)


def test_other_code_is_a_note_where_it_makes_no_difference(bundle: bytes) -> None:
    report = replay(read_bundle(bundle, "told.zip"), "9.9+other")
    assert report.is_equal
    assert "here runs 9.9+other" in report.parts[1].note


@pytest.mark.parametrize("name", [BARS, TEXT, SETTINGS, RECORDS, "orders.jsonl"])
def test_a_file_that_was_changed_is_named(bundle: bytes, name: str) -> None:
    with pytest.raises(DataError, match=f"{name} is not what was packed"):
        read_bundle(changed(bundle, name, lambda content: content + b" "), "told.zip")


def test_what_is_no_whole_bundle_is_refused(bundle: bytes) -> None:
    files = members(bundle)
    manifest = json.loads(files[MANIFEST])
    lacking = {name: content for name, content in files.items() if name != BARS}
    later = {**files, MANIFEST: json.dumps({**manifest, "schema_version": 2}).encode()}
    odd = {**files, MANIFEST: json.dumps({**manifest, "colour": "red"}).encode()}
    spoiled = {
        "no whole zip file": bundle[: len(bundle) // 2],
        "no whole zip": b"not a zip file at all",
        f"missing in the bundle: {BARS}": packed(lacking),
        "foreign in the bundle: more.txt": packed({**files, "more.txt": b"x"}),
        "has no manifest.json": packed({RECORDS: files[RECORDS]}),
        "has version 2, and this code reads version 1": packed(later),
        "1 fields are wrong": packed(odd),
        "manifest.json: it can't be read": packed({**files, MANIFEST: b"{"}),
    }
    for said, content in spoiled.items():
        with pytest.raises(DataError, match=said):
            read_bundle(content, "told.zip")


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out", "a\\..\\b", "C:out", "a/../../b", "folder/"])
def test_a_name_that_leads_elsewhere_is_refused(bundle: bytes, name: str) -> None:
    #
    with pytest.raises(DataError, match="a file of a wrong name"):
        read_bundle(packed({**members(bundle), name: b"x"}), "told.zip")


def test_a_cut_in_any_place_is_understood(bundle: bytes) -> None:
    for cut in range(0, len(bundle) - 1, len(bundle) // 40):
        with pytest.raises(DataError):
            read_bundle(bundle[:cut], "told.zip")


def test_a_strategy_whose_text_is_lost_is_named(bundle: bytes) -> None:
    files = members(bundle)
    manifest = json.loads(files[MANIFEST])
    manifest["files"] = [told for told in manifest["files"] if told["name"] != TEXT]
    manifest["lacking"] = ["strategy flip: its text was not kept"]
    del files[TEXT]
    made = packed({**files, MANIFEST: json.dumps(manifest).encode()})
    with pytest.raises(DataError, match=r"strategies/flip.txt is not in the bundle: strategy flip: its text"):
        said_of(made)


def test_an_account_that_is_secret_is_masked_everywhere_and_the_plan_comes_out_again(
    days: ToldDays, bundle: bytes
) -> None:
    # ids that follow from the account are left out of the comparison
    assert any(ACCOUNT.encode() in content for content in members(bundle).values())
    secret = replace(bundle_sources(days.desk), secrets=(ACCOUNT,))
    masked = bundle_of(days.story("monday"), secret)
    assert not any(ACCOUNT.encode() in content for content in members(masked).values())
    report = replay(read_bundle(masked, "told.zip"), "")
    assert report.is_equal
    assert (report.parts[0].note, report.parts[0].is_checked) == ("the account is masked", False)
    short = forged(masked, RECORDS, replaced('\\"line_id\\":\\"', '\\"line_id\\":\\"x'))
    assert replay(read_bundle(short, "told.zip"), "").is_equal


def test_the_report_of_the_day_is_packed_where_there_is_one(days: ToldDays) -> None:
    file = report_path(days.books.data_dir, date(2024, 11, 25), "monday")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("<!doctype html>a day", encoding="utf-8")
    assert members(days.bundle("monday"))["report.html"] == b"<!doctype html>a day"
