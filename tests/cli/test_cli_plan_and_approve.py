"""A preview, an approval and the run that follows, as a person types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import Books

SESSION = "2024-11-27"
REQUIRED = '[trading]\napproval = "required"\n'
WORDS = ("--by", "Ann Smith", "--reason", "looked at it")


@dataclass(frozen=True)
class Story:
    """What was shown, step by step, and how many orders there were after each of the steps."""

    folder: Path
    shown: dict[str, Shown]
    orders: dict[str, int]

    @property
    def books(self) -> Books:
        return Books(self.folder)


STEPS: dict[str, tuple[str, ...]] = {
    "nothing to approve": ("approve", SESSION, *WORDS),
    "preview": ("plan", "--session", SESSION),
    "for machines": ("plan", "--session", SESSION, "--json"),
    "stopped": ("run", "--session", SESSION, "--correlation-id", "stopped"),
    "another subject": ("approve", SESSION, *WORDS, "--subject", "beef"),
    "approved": ("approve", SESSION, *WORDS),
    "approved twice": ("approve", SESSION, "--by", "Bob", "--reason", "me too"),
    "traded": ("run", "--session", SESSION, "--correlation-id", "traded"),
    "nothing left": ("approve", SESSION, *WORDS),
    "later preview": ("plan", "--session", SESSION),
    "status": ("status",),
}


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with working_folder() as folder:
        (folder / "alchemiser.toml").write_text(REQUIRED)
        story = Story(folder, {}, {})
        for name, arguments in STEPS.items():
            story.shown[name] = alchemiser(folder, *arguments)
            story.orders[name] = story.books.count("orders") + story.books.count("simulated_orders")
        yield story


def test_nothing_is_sent_before_the_approval_and_then_exactly_the_plan(story: Story) -> None:
    #
    names = list(STEPS)
    before = names[: names.index("traded")]
    assert {story.orders[name] for name in before} == {0}
    assert story.orders["traded"] > 0
    assert {story.orders[name] for name in names[names.index("traded") :]} == {story.orders["traded"]}
    lines = json.loads(story.shown["for machines"].out)["plan"]["lines"]
    ordered = story.books.rows("SELECT symbol, quantity FROM simulated_orders ORDER BY symbol")
    planned = sorted((line["symbol"], Decimal(line["quantity"])) for line in lines)
    assert [(symbol, Decimal(quantity)) for symbol, quantity in ordered] == planned


def test_a_preview_shows_plan_findings_and_cost_and_says_that_it_sent_nothing(story: Story) -> None:
    shown = story.shown["preview"]
    assert (shown.exit_code, shown.err) == (0, "")
    assert shown.lines[0] == "Sanity: 1 warnings"
    assert any(line.startswith("warning new symbol the account's first trades: ") for line in shown.lines)
    assert any(line.startswith("Rebalance plan ") for line in shown.lines)
    assert any(line.startswith("Expected cost: ") for line in shown.lines)
    assert any(line.startswith("total ") for line in shown.lines)
    assert "Nothing was sent (mode simulated)." in shown.lines
    assert any(line.startswith(f"alchemiser approve {SESSION} --subject ") for line in shown.lines)


def test_a_preview_for_machines_is_one_json_object(story: Story) -> None:
    shown = story.shown["for machines"]
    assert (shown.exit_code, shown.err) == (0, "")
    facts = json.loads(shown.out)
    lines, costs = facts["plan"]["lines"], facts["costs"]
    assert [cost["symbol"] for cost in costs] == [line["symbol"] for line in lines]
    assert Decimal(facts["expected_cost"]) == sum(Decimal(cost["total"]) for cost in costs)
    assert all(Decimal(cost["half_spread"]) > 0 for cost in costs)
    assert facts["waits_for_approval_of"] == facts["plan"]["plan_id"]
    assert facts["sanity"]["findings"]


def test_a_run_without_approval_stops_after_its_plan(story: Story) -> None:
    shown = story.shown["stopped"]
    assert shown.exit_code == 1
    assert "waits for a person's approval. Nothing was sent." in shown.err
    assert f"`alchemiser approve {SESSION} --by NAME --reason TEXT`" in shown.err


def test_an_approval_says_what_it_is_of_and_who_gave_it(story: Story) -> None:
    shown = story.shown["approved"]
    assert (shown.exit_code, shown.err) == (0, "")
    assert shown.lines[0].startswith("Rebalance plan ")
    (line,) = (line for line in shown.lines if line.startswith("Approved: "))
    assert line.endswith(f"by Ann Smith on {SESSION} 20:45 UTC (looked at it)")


def test_a_second_approval_changes_nothing_and_says_so(story: Story) -> None:
    #
    shown = story.shown["approved twice"]
    assert shown.exit_code == 0
    assert any(
        line.startswith("It is approved already, so nothing was changed") and "by Ann Smith" in line
        for line in shown.lines
    )
    assert story.books.rows("SELECT count(*) FROM journal WHERE kind = 'approval'") == [("1",)]


@pytest.mark.parametrize("step", ["nothing to approve", "nothing left"])
def test_where_nothing_waits_nothing_is_approved(story: Story, step: str) -> None:
    #
    shown = story.shown[step]
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err == (
        f"error: session {SESSION}: nothing waits for an approval. `alchemiser status` shows how the last "
        "runs ended; `alchemiser plan` makes a plan\n"
    )


def test_an_approval_that_means_something_else_is_refused(story: Story) -> None:
    #
    shown = story.shown["another subject"]
    assert (shown.exit_code, shown.out) == (2, "")
    assert "--subject: what waits now is " in shown.err
    assert "not beef" in shown.err


def test_a_preview_after_the_trades_has_nothing_to_trade(story: Story) -> None:
    shown = story.shown["later preview"]
    assert shown.exit_code == 0
    assert any(line.startswith("Rebalance plan ") and "(nothing to list)" in line for line in shown.lines)


def test_status_tells_previews_waiting_runs_and_trades_apart(story: Story) -> None:
    rows = [line for line in story.shown["status"].lines if line.startswith(f"{SESSION} ")]
    assert [row.split(" –")[0].removeprefix(f"{SESSION} ") for row in rows if " –" in row] == [
        "preview",
        "waits for approval",
        "preview",
        "preview",
    ]


def test_an_approval_needs_a_name_and_a_reason(tmp_path: Path) -> None:
    #
    for words in (("--by", "Ann"), ("--reason", "why"), ("--by", " ", "--reason", "why")):
        shown = alchemiser(tmp_path, "approve", *words)
        assert (shown.exit_code, shown.out) == (2, "")


def test_only_todays_session_can_be_approved(tmp_path: Path) -> None:
    keys = {"ALCHEMISER_ALPACA__KEY_ID": "PKTEST", "ALCHEMISER_ALPACA__SECRET_KEY": "secret-of-the-test"}
    (tmp_path / "alchemiser.toml").write_text('mode = "paper"\n')
    shown = alchemiser(tmp_path, "approve", "2024-11-27", *WORDS, **keys)
    assert (shown.exit_code, shown.out) == (2, "")
    assert "session 2024-11-27: only what belongs to the present session, " in shown.err


def test_a_blocked_decision_is_previewed_without_a_plan(tmp_path: Path) -> None:
    #
    strict = '[sanity]\nblocking = ["concentration"]\nlarge_weight = 0.1\nlargest_weight = 0.1\n'
    (tmp_path / "alchemiser.toml").write_text(strict)
    shown = alchemiser(tmp_path, "plan", "--session", SESSION)
    assert (shown.exit_code, shown.err) == (1, "")
    assert shown.lines[0].startswith("Sanity: blocked, ")
    assert any(line.startswith("Allocation comparison: ") for line in shown.lines)
    assert not any(line.startswith("Rebalance plan ") for line in shown.lines)
    assert alchemiser(tmp_path, "approve", SESSION, *WORDS).exit_code == 0
    assert alchemiser(tmp_path, "plan", "--session", SESSION).exit_code == 0
