from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.command import alchemiser, working_folder
from support.day_pages import Page, facts_of, failed, traded
from support.days import SESSION, Day

from alchemiser_dagster.day_report import keep_day_report
from alchemiser_dagster.errors import DataError, StorageError
from alchemiser_dagster.ledger.run_book import StepRow, StepState
from alchemiser_dagster.records.plan import PlanSkip, SkipReason
from alchemiser_dagster.records.reconciliation import Break, BreakKind, Severity
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.file import report_path, write_report
from alchemiser_dagster.reports.daily.render import daily_report

UI = "http://127.0.0.1:3000"
HOSTILE = """"'><script src=http://x.y></script>{{ 7*7 }}{% endraw %}<!-- & `a` </style>"""


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with working_folder() as folder:
        yield traded(folder)


@pytest.fixture(scope="module")
def good(day: Day) -> DayFacts:
    return facts_of(day)


@pytest.fixture(scope="module")
def bad_day() -> Iterator[Day]:
    with working_folder() as folder:
        yield failed(folder)


@pytest.fixture(scope="module")
def bad(bad_day: Day) -> DayFacts:
    return facts_of(bad_day)


def with_hostile_words(facts: DayFacts, words: str) -> DayFacts:
    """Put the words wherever somebody else's words stand: names, reasons, errors, breaks, notices.

    Pictures hold none of these, so none is drawn.
    """
    records = facts.records
    assert records.plan is not None
    assert records.report is not None
    assert records.result is not None
    step = facts.steps[0]
    found = Break(
        break_id="b", kind=BreakKind.CASH, severity=Severity.CRITICAL, symbol=None,
        expected=words, actual=words, message=words, remedy=words, cause=words,
    )  # fmt: skip
    signals = tuple(
        signal.model_copy(
            update={
                "strategy": words,
                "explanation": signal.explanation and signal.explanation.model_copy(update={"name": words}),
            }
        )
        for signal in records.signals
    )
    return replace(
        facts,
        correlation_id=words,
        curve=(),
        records=replace(
            records,
            comparison=None,
            signals=signals,
            result=records.result.model_copy(update={"reason": words, "outcome": Outcome.PARTIAL}),
            report=records.report.model_copy(update={"breaks": (found,)}),
        ),
        failure=replace(step, state=StepState.FAILED, step=words, message=words, code=words),
        told=tuple(replace(notice, title=words, body=f"next: {words}") for notice in facts.told),
    )


def test_a_page_tells_the_day_from_money_to_health(good: DayFacts) -> None:
    page = Page(daily_report(good))
    for words in (
        "✓ Traded",
        "2 of 2 trades filled",
        "Our books agree with the broker",
        "Friday, 2024-11-29",
    ):
        assert words in page.text
    for heading in ("Money", "What was traded, and why", "Decisions", "Health", "More"):
        assert heading in page.text
    for words in ("two_funds 60.00\N{NO-BREAK SPACE}%", "hold SPY", "SPY", "execution_result", "head "):
        assert words in page.text
    assert "alchemiser story correlation" in page.text
    assert f"{UI}/runs/{good.runs[0].run_id}" in page.links
    assert f"{UI}/assets/strategy_signals/two_funds" in page.links


def test_a_page_of_a_failed_day_says_what_failed_and_what_to_do(bad: DayFacts) -> None:
    page = Page(daily_report(bad))
    assert "✗ Failed" in page.text
    assert "Failed at target_allocation" in page.text
    assert "two_funds has no signal" in page.text
    assert "alchemiser status" in page.text
    assert "No plan was made, and no order was sent." in page.text
    assert "not compared" in page.text


@pytest.mark.parametrize("state", ["traded", "failed"])
def test_nothing_is_loaded_and_no_script_runs(state: str, good: DayFacts, bad: DayFacts) -> None:
    page = Page(daily_report(good if state == "traded" else bad))
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.elements)
    assert all(link.startswith(f"{UI}/") for link in page.links)
    elsewhere = [
        (tag, name, value)
        for tag, name, value in page.attributes
        if ("http" in value or value.startswith("//")) and (tag, name) != ("a", "href")
    ]
    assert not elsewhere
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "url(" not in page.styles
    assert "@import" not in page.styles


def test_a_page_fits_a_phone_a_dark_screen_and_paper(good: DayFacts) -> None:
    page = Page(daily_report(good))
    assert ("meta", "content", "width=device-width, initial-scale=1") in page.attributes
    for medium in ("(prefers-color-scheme: dark)", "(max-width: 36rem)", "@media print"):
        assert medium in page.styles
    assert page.elements.count("svg") == 2


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
@example(HOSTILE)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_somebody_else_wrote_stays_text(good: DayFacts, words: str) -> None:
    plain, hostile = Page(daily_report(with_hostile_words(good, "x"))), with_hostile_words(good, words)
    page = Page(daily_report(hostile))
    assert page.elements.count("script") == 0
    assert set(page.elements) <= set(plain.elements) | {"code"}
    assert page.elements.count("section") == plain.elements.count("section")
    assert words.replace("`", "").replace(" %", "\N{NO-BREAK SPACE}%") in page.text.replace("`", "")
    assert all(link.startswith(f"{UI}/") for link in page.links)


def test_books_that_differ_make_a_good_day_a_warning_with_what_to_do(good: DayFacts) -> None:
    report = good.records.report
    assert report is not None
    found = Break(
        break_id="b", kind=BreakKind.CASH, severity=Severity.CRITICAL, symbol=None,
        expected="1", actual="2", message="cash differs by a dollar", remedy="Look at the broker's pages",
    )  # fmt: skip
    broken = replace(
        good, records=replace(good.records, report=report.model_copy(update={"breaks": (found,)}))
    )
    page = Page(daily_report(broken))
    assert "! Traded" in page.text
    assert "do not agree with the broker: 1 break" in page.text
    assert "critical: cash differs by a dollar. Look at the broker's pages" in page.text


def test_what_was_left_alone_is_told_with_its_reason(good: DayFacts) -> None:
    plan = good.records.plan
    assert plan is not None
    assert "What was left alone" not in Page(daily_report(good)).text
    skip = PlanSkip(symbol="GLD", difference=Decimal("12.34"), reason=SkipReason.WITHIN_DRIFT)
    left = replace(good, records=replace(good.records, plan=plan.model_copy(update={"skips": (skip,)})))
    text = Page(daily_report(left)).text
    assert "What was left alone, and why" in text
    assert "within the tolerated drift" in text


def test_a_report_is_written_where_its_run_says_and_whole(tmp_path: Path, good: DayFacts) -> None:
    path = report_path(tmp_path, good.session, good.correlation_id)
    assert path == tmp_path / "reports" / str(SESSION) / "correlation.html"
    assert write_report(good, path) == path
    assert path.read_text(encoding="utf-8") == daily_report(good)
    assert [found.name for found in path.parent.iterdir()] == ["correlation.html"]


@pytest.mark.parametrize("name", ["../../x", "a/b", "..", "/etc/passwd"])
def test_no_correlation_id_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert report_path(tmp_path, None, name).resolve().parent == tmp_path / "reports" / "no-session"


def test_a_report_that_cannot_be_written_says_so_in_its_own_error(tmp_path: Path, good: DayFacts) -> None:
    (tmp_path / "reports").write_text("a file stands where the folder should be")
    with pytest.raises(StorageError, match="the daily report can't be written"):
        write_report(good, report_path(tmp_path, good.session, "correlation"))


def test_a_page_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path, good: DayFacts) -> None:
    broken = replace(good, curve=(None, None))  # type: ignore[arg-type]
    with pytest.raises(StorageError, match="the daily report can't be made: AttributeError"):
        write_report(broken, report_path(tmp_path, good.session, "correlation"))


def test_nothing_is_known_of_a_run_that_never_was(day: Day) -> None:
    with pytest.raises(DataError, match="nothing is known of run somebody"):
        facts_of(day, "somebody")
    assert keep_day_report(day.desk, "somebody") is None


def test_a_report_is_there_behind_a_run_that_traded_and_behind_one_that_failed(
    day: Day, bad_day: Day
) -> None:
    written = report_path(day.desk.settings.data_dir, SESSION, "correlation")
    told = Page(written.read_text(encoding="utf-8")).text
    assert "Traded: 2 of 2 trades filled" in told  # the notice went out before the page was made
    assert "reconciliation_report" in told
    written = report_path(bad_day.desk.settings.data_dir, SESSION, "correlation")
    assert "two_funds has no signal" in Page(written.read_text(encoding="utf-8")).text


@pytest.mark.parametrize("word", ["last", str(SESSION), "correlation"])
def test_the_command_makes_the_page_again_wherever_it_is_asked_to(
    day: Day, tmp_path: Path, word: str
) -> None:
    output = tmp_path / "page.html"
    shown = alchemiser(day.folder, "report", word, "--output", str(output))
    assert (shown.exit_code, shown.lines) == (0, [str(output)])
    assert "Traded" in Page(output.read_text(encoding="utf-8")).text


def test_the_command_names_what_there_is_where_it_finds_nothing(day: Day) -> None:
    shown = alchemiser(day.folder, "report", "2020-01-02")
    assert shown.exit_code != 0
    assert "no story is known" in shown.err


def test_a_step_that_died_is_no_failure_and_has_no_duration(good: DayFacts) -> None:
    died: StepRow = replace(good.steps[0], state=StepState.STARTED, duration_seconds=None)
    assert "started" in Page(daily_report(replace(good, steps=(died,)))).text
