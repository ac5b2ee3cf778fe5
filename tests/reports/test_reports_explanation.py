"""What a person reads of a decision: a tree, Markdown, a sentence."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from portfolio.portfolio_builders import signal
from rich.console import Console

from alchemiser_dagster.records.explanation import ClosestCall, Explanation, Margin
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.decisions import signals_table
from alchemiser_dagster.reports.explanation_markdown import explanation_markdown
from alchemiser_dagster.reports.explanation_sentence import listed, sentence
from alchemiser_dagster.reports.explanation_summary import closest_first, fragile_decisions, reasons_of
from alchemiser_dagster.reports.explanation_tree import explanation_tree
from alchemiser_dagster.reports.figures import digits_for, move_text, number_text, value_text
from alchemiser_dagster.symphony import evaluate, load, parse

SHOWN = Path(__file__).parent / "explained"
STRATEGIES = Path(__file__).parents[2] / "alchemiser_dagster" / "strategies"


def switch(row: int = -1) -> Explanation:
    symphony = load(STRATEGIES / "overbought_switch.clj")
    random = np.random.default_rng(3)
    sessions = pd.bdate_range("2020-01-02", periods=300)
    walks = {
        symbol: np.round(50 * np.cumprod(1.0003 + 0.01 * random.standard_normal(300)), 2)
        for symbol in symphony.symbols
    }
    return evaluate(symphony, pd.DataFrame(walks, index=sessions)).explain(sessions[row])


def of(text: str, **closes: list[float]) -> Explanation:
    sessions = pd.bdate_range("2024-01-02", periods=len(next(iter(closes.values()))))
    return evaluate(parse(text), pd.DataFrame(closes, index=sessions)).explain(sessions[-1])


def drawn(explanation: Explanation, width: int = 120) -> str:
    text = io.StringIO()
    Console(file=text, width=width).print(explanation_tree(explanation))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def test_the_nested_example_as_a_tree() -> None:
    assert drawn(switch()) == (SHOWN / "overbought_switch.tree.txt").read_text().rstrip("\n")


def test_the_nested_example_as_markdown() -> None:
    written = (SHOWN / "overbought_switch.markdown.txt").read_text()
    assert explanation_markdown(switch()) == written.rstrip("\n")


def test_the_nested_example_in_one_sentence() -> None:
    assert sentence(switch()) == (SHOWN / "overbought_switch.sentence.txt").read_text().rstrip("\n")


def test_a_session_without_a_signal_in_all_forms() -> None:
    explanation = switch(50)
    lack = "moving-average-price {:window 200} of SPY needs 200 bars and had 51"
    assert sentence(explanation) == f"No signal: {lack}."
    assert drawn(explanation).splitlines()[:2] == [
        "Overbought switch, session 2020-03-12: no signal",
        f"History lacked: {lack}",
    ]
    assert "undefined" in explanation_markdown(explanation)


def test_a_fragile_decision_is_called_so() -> None:
    text = '(defsymphony "Thin" {} (if (> (current-price "A") 100) [(asset "A")] []))'
    explanation = of(text, A=[100, 100.05])
    assert explanation.margin_basis_points == pytest.approx(5, rel=1e-3)
    assert "FRAGILE" in drawn(explanation)
    assert "**Fragile.**" in explanation_markdown(explanation)
    assert "A closing 0.0500 % (5.00 bp) lower" in sentence(explanation)
    thin = signal("thin", {"A": 1.0}, explanation=explanation)
    assert fragile_decisions([thin]) == ("thin (5.00 bp: price of A above 100)",)
    assert signals_table([thin]).rows[0][-1] == "FRAGILE: A closing 0.0500 % (5.00 bp) lower"


def test_a_firm_decision_is_not() -> None:
    text = '(defsymphony "Firm" {} (if (> (current-price "A") 100) [(asset "A")] []))'
    firm = signal("firm", {"A": 1.0}, explanation=of(text, A=[100, 100.2]))
    assert fragile_decisions([firm]) == ()


def test_the_decision_that_stood_closest_comes_first() -> None:
    text = '(defsymphony "S" {} (if (> (current-price "A") 100) [(asset "A")] []))'
    far, near = (
        signal(name, {"A": 1.0}, explanation=of(text, A=[100, last]))
        for name, last in [("far", 120.0), ("near", 100.1)]
    )
    bare = signal("bare", {"A": 1.0})
    assert closest_first([bare, far, near]) == [near, far, bare]


def test_what_a_strategy_wants_but_does_not_trade_today_is_said_so() -> None:
    explanation = of('(defsymphony "Waits" {} (asset "A"))', A=[1, 2])
    waits = signal("waits", {"A": 1.0}, explanation=explanation, trades_today=False)
    assert reasons_of([waits, signal("old", {"A": 1.0})]) == {
        "waits": "Wants 100 % A; no condition and no filter stands before it. "
        "It does not trade on this session and keeps 100 % A."
    }


def test_a_record_that_was_made_before_there_were_explanations_is_still_read() -> None:
    old = signal("old", {"A": 1.0})
    text = old.model_dump_json().replace(',"explanation":null', "")
    assert "explanation" not in text
    assert StrategySignal.model_validate_json(text) == old
    assert signals_table([old]).rows[0][-1] == "–"


def test_labels_cannot_draw_in_markdown_or_in_the_terminal() -> None:
    label = "[red]*bold* `code` <b> | _x_ #1"
    explanation = of(f'(defsymphony "S" {{}} (group "{label}" [(asset "A" "{label}")]))', A=[1, 2])
    assert label in drawn(explanation)
    escaped = r"\[red\]\*bold\* \`code\` \<b\> \| \_x\_ \#1"
    assert escaped in explanation_markdown(explanation)


def test_the_parts_of_a_line_stay_apart_in_markdown() -> None:
    explanation = of(
        '(defsymphony "S" {}\n (group "both"\n [(asset "A" "one") (asset "B")]))', A=[1, 2], B=[1, 2]
    )
    assert "**hold A**\N{EM SPACE}one\N{EM SPACE}*line 3*" in explanation_markdown(explanation)


def test_a_file_of_one_line_has_no_line_to_tell() -> None:
    text = '(defsymphony "S" {} (if (> (current-price "A") 100) [(asset "A")] []))'
    assert "line 1" not in drawn(of(text, A=[100, 101]))
    assert "line 2" in drawn(of(text.replace("{} ", "{}\n"), A=[100, 101]))


def test_a_path_of_many_decisions_has_a_short_sentence() -> None:
    block = '(asset "A")'
    for number in range(300):
        block = f'(if (> (current-price "A") {number / 10}) [{block}] [])'
    explanation = of(f'(defsymphony "Long" {{}} {block})', A=[90, 100])
    assert len(sentence(explanation).split()) <= 45
    assert "… " not in drawn(explanation)


def test_deep_nesting_is_kept_readable() -> None:
    block = '(asset "A")'
    for _ in range(60):
        block = f'[{block} (asset "B")]'
    explanation = of(f'(defsymphony "Deep" {{}} {block})', A=[1, 2], B=[1, 2])
    shown = drawn(explanation)
    assert "(level 60) " in shown
    assert max(len(line) for line in shown.splitlines()) <= 120
    assert (
        max(len(line) - len(line.lstrip()) for line in explanation_markdown(explanation).splitlines()) == 48
    )


@pytest.mark.parametrize(
    ("values", "digits"), [([1.0, 2.0], 2), ([79.001, 79.0], 3), ([1e-7, 0.0], 7), ([5.0, 5.0], 2)]
)
def test_digits_tell_different_values_apart(values: list[float], digits: int) -> None:
    assert digits_for(values) == digits


@pytest.mark.parametrize(
    ("margin", "words"),
    [
        (Margin(difference=1, symbol="SPY", basis_points=-120), "SPY closing 1.20 % lower"),
        (Margin(difference=1, symbol="SPY", basis_points=3.2), "SPY closing 0.0320 % (3.20 bp) higher"),
        (Margin(difference=0, symbol="SPY", basis_points=0), "any move of SPY"),
        (Margin(difference=1), "no move of one symbol by up to 50 %"),
    ],
)
def test_moves_in_words(margin: Margin, words: str) -> None:
    assert move_text(margin) == words
    assert margin.is_fragile == (margin.basis_points is not None and abs(margin.basis_points) < 10)
    assert ClosestCall(words="x", line=None, margin=margin).margin.size >= 0


def test_values_carry_their_units() -> None:
    assert value_text(-1234.5, "price") == "−1,234.50"
    assert value_text(3.14159, "percent") == "3.14 %"
    assert value_text(None, "points") == "undefined"
    assert number_text(79.0, "points") == "79"
    assert number_text(0.5, "percent") == "0.5 %"


def test_many_names_are_counted() -> None:
    assert [listed(list("ABCDE"[:count])) for count in (1, 2, 4, 5)] == [
        "A",
        "A and B",
        "A, B, C and D",
        "A, B, C and 2 more",
    ]
