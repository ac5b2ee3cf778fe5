"""Symphonies in the terminal: trees that stay short and tables that count what they leave out."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from alchemiser_dagster.reports.symphony_difference import changes_table, forks_table, verdict_line
from alchemiser_dagster.reports.symphony_tree import MOST_ROWS, symphony_tree
from alchemiser_dagster.symphony import Symphony, parse
from alchemiser_dagster.symphony.comparison.difference import difference_of
from alchemiser_dagster.symphony.comparison.divergence import Divergence
from alchemiser_dagster.symphony.outline.facts import facts_of

DEPTH = 10_000


def of(block: str) -> Symphony:
    return parse(f'(defsymphony "test" {{}}\n{block})')


def drawn(symphony: Symphony, depth: int | None = None, width: int = 200) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(symphony_tree(symphony, depth).tree)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def chain(length: int) -> str:
    opening = '(if (> (rsi "SPY" {:window 10}) 70) [(asset "SPY")] ['
    return opening * length + '(asset "TLT")' + "])" * length


def ladder(depth: int) -> str:
    """Nested in the first branch, where no chain of `else if` makes it flat."""
    return '(if (> (rsi "SPY" {:window 10}) 70) [' * depth + '(asset "TLT")' + "])" * depth


def test_a_chain_of_branches_stands_on_one_level() -> None:
    assert drawn(of(chain(3))) == [
        "test",
        '├── if (> (rsi "SPY" {:window 10}) 70) → SPY (line 2)',
        '├── else if (> (rsi "SPY" {:window 10}) 70) → SPY (line 2)',
        '├── else if (> (rsi "SPY" {:window 10}) 70) → SPY (line 2)',
        "└── else → TLT",
    ]


def test_weights_stand_before_their_blocks() -> None:
    block = (
        '(weight-specified 0.125 (asset "SPY" "an index") 0.5 [] 0.25 (if (> (rsi "A" {:window 2}) 1) [] []))'
    )
    assert drawn(of(block)) == [
        "test",
        "└── weight-specified (line 2)",
        "    ├── 12.5 % SPY  an index (line 2)",
        "    ├── 50 % cash (line 2)",
        '    ├── 25 % if (> (rsi "A" {:window 2}) 1) → cash (line 2)',
        "    └── else → cash",
    ]


def test_what_looks_like_markup_is_text() -> None:
    assert (
        drawn(of('(group "[red]loud[/red]" [(asset "A")])'))[1] == '└── group "[red]loud[/red]" → A (line 2)'
    )


def test_many_blocks_side_by_side_are_counted_not_listed() -> None:
    symphony = of("[" + " ".join(f'(asset "S{number}")' for number in range(100)) + "]")
    lines = drawn(symphony)
    assert len(lines) < MOST_ROWS
    assert lines[-3:] == ["    ├── S27 (line 2)", "    ├── … 71 more lines", "    └── S99 (line 2)"]
    assert symphony_tree(symphony).folded_forms == 71
    assert len(drawn(symphony, depth=2)) == 102


@pytest.mark.parametrize("shape", [chain, ladder])
def test_a_nesting_of_ten_thousand_is_folded(shape: Callable[[int], str]) -> None:
    symphony = of(shape(DEPTH))
    tree = symphony_tree(symphony)
    assert len(drawn(symphony)) < 2 * MOST_ROWS
    assert 0 < tree.folded_forms < facts_of(symphony).forms


def test_what_is_shown_and_what_is_folded_add_up() -> None:
    symphony = of(f"[{chain(40)} {ladder(40)}]")
    whole = facts_of(symphony).forms
    folded = [symphony_tree(symphony, depth).folded_forms for depth in range(1, 45)]
    assert folded[0] == whole - 2
    assert folded == sorted(folded, reverse=True)
    assert folded[-1] == 0


def test_a_depth_of_two_hundred_and_thirty_can_be_drawn() -> None:
    lines = drawn(of(ladder(230)), depth=231, width=1_200)
    assert len(lines) == 1 + 230 + 230
    assert lines[230].endswith("→ TLT (line 2)")


def test_a_long_table_says_how_much_it_leaves_out() -> None:
    a, b = ("[" + " ".join(f'(asset "{side}{n}")' for n in range(5)) + "]" for side in "AB")
    difference = difference_of(of(a), of(b))
    assert verdict_line(difference) == "A and B differ: 5 changes."
    assert changes_table(difference, 2).title == "Changes (2 of 5 lines)"
    assert len(changes_table(difference, 2).rows) == 2
    assert changes_table(difference, None).title == "Changes"


def test_no_divergence_is_no_row() -> None:
    assert forks_table(Divergence((), ()), None).rows == ()
