"""The text notation and its errors: file, line, column, source line and caret (spec section 8, R-18)."""

from __future__ import annotations

from pathlib import Path

import pytest

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Rebalance, load, parse
from alchemiser_dagster.symphony.syntax.source import Source, SymphonyError
from alchemiser_dagster.symphony.text.forms import Item, Keyword, Literal, Name, Number, Text
from alchemiser_dagster.symphony.text.reader import read

SPY = '(asset "SPY" nil)'


def atoms(text: str) -> list[object]:
    return [item.value for item in items(text)]  # type: ignore[union-attr]


def items(text: str) -> list[Item]:
    return read(Source("x", text), lambda bracket: bracket)


def message(text: str) -> str:
    with pytest.raises(StrategyError) as caught:
        parse(text, name="my.clj")
    assert caught.value.exit_code == 2
    return str(caught.value)


def in_symphony(block: str) -> str:
    return f'(defsymphony "x" {{}}\n  {block})'


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7.0),
        ("-7", -7.0),
        ("+7", 7.0),
        ("0.25", 0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("-.5E2", -50.0),
    ],
)
def test_numbers_are_integers_or_decimals(written: str, value: float) -> None:
    assert atoms(written) == [value]


def test_atoms_are_read_for_what_they_are() -> None:
    kinds = [type(item) for item in items('"text" 1 :key name >= nil true false')]
    assert kinds == [Text, Number, Keyword, Name, Name, Literal, Literal, Literal]


def test_strings_know_two_escapes_and_may_span_lines() -> None:
    assert atoms(r'"a \"b\" \\ c"') == [r'a "b" \ c']
    assert atoms('"two\nlines, (and [brackets"') == ["two\nlines, (and [brackets"]


def test_commas_are_white_space_and_comments_end_with_their_line() -> None:
    assert atoms('1,,2 ; 3 "4\n5;6') == [1.0, 2.0, 5.0]
    assert atoms('";no comment"') == [";no comment"]


def test_comments_white_space_names_and_places_do_not_change_a_symphony() -> None:
    plain = parse(f'(defsymphony "x" {{:rebalance-frequency :daily}} (group "g" [{SPY}]))')
    noisy = parse(
        f'; hello\n(defsymphony "y",,{{:rebalance-frequency\t:daily}}\r\n (group "h" ;)]\n [\n{SPY},]))\n;'
    )
    assert noisy.digest == plain.digest
    assert noisy.root == plain.root
    assert noisy.root.place != plain.root.place


def test_the_digest_changes_with_the_meaning_and_with_the_rule() -> None:
    texts = [
        f'(defsymphony "x" {{}} {SPY})',
        '(defsymphony "x" {} (asset "QQQ" nil))',
        f'(defsymphony "x" {{}} [{SPY}])',
        f'(defsymphony "x" {{:rebalance-frequency :weekly}} {SPY})',
        f'(defsymphony "x" {{:rebalance-threshold 0.05}} {SPY})',
        f'(defsymphony "x" {{:rebalance-threshold 0.06}} {SPY})',
    ]
    digests = {parse(text).digest for text in texts}
    assert len(digests) == len(texts)
    assert all(len(digest) == 64 and int(digest, 16) >= 0 for digest in digests)


def test_symbols_have_one_spelling() -> None:
    text = '(asset "BRK/B" nil) (asset "BRK.B" nil) (asset "EQUITIES::SPY//USD" nil) (asset "BF-B" nil)'
    assert parse(in_symphony(text)).symbols == ("BF-B", "BRK.B", "SPY")


def test_symbols_are_those_held_and_those_looked_at() -> None:
    text = in_symphony(f'(if (and (> (rsi "VIX" {{:window 3}}) (current-price "TLT"))) [{SPY}])')
    assert parse(text).symbols == ("SPY", "TLT", "VIX")


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("", Rebalance("daily")),
        ("{}", Rebalance("daily")),
        ('{:asset-class "EQUITIES", :rebalance-frequency :monthly}', Rebalance("monthly")),
        ("{:rebalance-frequency :weekly}", Rebalance("weekly")),
        ("{:rebalance-frequency :quarterly}", Rebalance("quarterly")),
        ("{:rebalance-frequency :yearly}", Rebalance("yearly")),
        ("{:rebalance-threshold 0.05}", Rebalance(None, 0.05)),
        ("{:rebalance-frequency :none :rebalance-threshold 0.05}", Rebalance(None, 0.05)),
    ],
)
def test_root_options_say_when_to_trade(options: str, rule: Rebalance) -> None:
    assert parse(f'(defsymphony "x" {options} {SPY})').rebalance == rule


def test_a_rule_can_be_said_in_words() -> None:
    assert str(Rebalance("weekly")) == "weekly"
    assert str(Rebalance(None, 0.05)) == "beyond 0.05"


@pytest.mark.parametrize(("frequency", "threshold"), [(None, None), ("daily", 0.1), (None, 0.0), (None, 1.0)])
def test_a_rule_that_makes_no_sense_cannot_be_made(frequency: None, threshold: float | None) -> None:
    with pytest.raises(StrategyError):
        Rebalance(frequency, threshold)


def test_an_error_shows_file_line_column_source_line_and_a_caret() -> None:
    text = '(defsymphony "x" {}\n  (if (> (rsx "SPY" {:window 10}) 70)\n    [(asset "SPY" nil)]))'
    assert message(text) == (
        "my.clj:2:11: there is no indicator rsx. Did you mean rsi?\n"
        '    (if (> (rsx "SPY" {:window 10}) 70)\n'
        "            ^"
    )


def test_an_error_points_at_the_parameter_that_is_wrong() -> None:
    text = '(defsymphony "x" {} ; a comment\n\n\t(if (> (rsi "SPY" {:window 0}) 70) []))'
    assert message(text) == (
        "my.clj:3:29: :window of rsi must be a whole number of at least 1, not 0\n"
        '   (if (> (rsi "SPY" {:window 0}) 70) []))\n'
        "                              ^"
    )


def test_an_error_at_the_end_points_at_what_was_opened() -> None:
    assert message('(defsymphony "x" {}\n  (weight-equal [') == (
        'my.clj:2:17: "[" is never closed\n    (weight-equal [\n                  ^'
    )


def test_weights_above_1_are_shown_where_they_stand() -> None:
    text = f'(defsymphony "x" {{}}\n  (weight-specified 0.6 {SPY}\n    0.5 {SPY}))'
    assert message(text) == (
        "my.clj:2:3: the weights sum to 1.1, above 1. Weights are fractions: 0.6 is 60 %\n"
        '    (weight-specified 0.6 (asset "SPY" nil)\n    ^'
    )


def test_an_error_in_a_long_line_shows_the_part_around_the_caret() -> None:
    text = f'(defsymphony "x" {{}} [{SPY * 200} (oops) {SPY * 200}])'
    first, excerpt, caret = message(text).split("\n")
    assert first.startswith("my.clj:1:3424: there is no block oops.")
    assert len(excerpt) <= 102
    assert excerpt[caret.index("^") :].startswith("oops")


def test_an_error_keeps_control_characters_out_of_the_terminal() -> None:
    assert "\x1b" not in message('(defsymphony "\x1b[31m" {} (oops))')


def test_an_error_is_made_of_its_parts() -> None:
    with pytest.raises(SymphonyError) as caught:
        parse("(", name="my.clj")
    assert (caught.value.what, caught.value.where) == ('"(" is never closed', "my.clj:1:1")
    assert caught.value.excerpt == "  (\n  ^"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", "my.clj:1:1: there is no symphony here. Write (defsymphony"),
        ("; only a comment", "my.clj:1:1: there is no symphony here"),
        ('(defsymphony "x" {} [', 'my.clj:1:21: "[" is never closed'),
        ("(defsymphony", 'my.clj:1:1: "(" is never closed'),
        (")", 'my.clj:1:1: ")" closes nothing'),
        ("(a\n [b)", 'my.clj:2:4: ")" can\'t close the "[" of line 2, column 2'),
        ('(defsymphony "x', "my.clj:1:14: this string is never closed"),
        (r'(defsymphony "a\nb" {} [])', 'my.clj:1:14: a string knows only the escapes \\" and \\\\'),
        ("(defsymphony #x)", 'my.clj:1:14: "#x" is no number, name or keyword'),
        ("12abc", 'my.clj:1:1: "12abc" is no number, name or keyword'),
        ("1/2", 'my.clj:1:1: "1/2" is no number, name or keyword'),
        ("'quoted", 'my.clj:1:1: "\'quoted" is no number, name or keyword'),
        (":", 'my.clj:1:1: ":" is no number, name or keyword'),
        ("x" * 99 + "!", 'my.clj:1:1: "' + "x" * 40 + '…" is no number'),
        ("1e999", "my.clj:1:1: the number 1e999 is too large"),
        ("7", "my.clj:1:1: expected (defsymphony …), not the number 7"),
        ("()", "my.clj:1:1: expected (defsymphony …), not an empty form"),
        ('("x")', 'my.clj:1:2: expected a name after the parenthesis, not the string "x"'),
        ("(symphony)", "my.clj:1:2: expected defsymphony, not the name symphony"),
        ("(defsymphony)", "my.clj:1:1: a symphony needs a name and a block"),
        ('(defsymphony "x" {})', "my.clj:1:1: a symphony needs a block"),
        (f"(defsymphony x {SPY})", "my.clj:1:14: expected the symphony's name in double quotes, not"),
        (f'(defsymphony "x" {SPY}) {SPY}', "my.clj:1:37: only one (defsymphony …) may stand in a file"),
    ],
)
def test_what_is_no_symphony_is_refused_at_its_place(text: str, start: str) -> None:
    assert message(text).startswith(start)


@pytest.mark.parametrize(
    ("options", "start"),
    [
        (
            "{:rebalance-frequncy :daily}",
            "my.clj:1:19: there is no option :rebalance-frequncy. Did you mean :re",
        ),
        ("{:rebalance-frequency :hourly}", "my.clj:1:40: :hourly is no rebalance frequency. Known"),
        ("{:rebalance-frequency :none}", "my.clj:1:40: :none is no rebalance frequency"),
        ('{:rebalance-frequency "daily"}', 'my.clj:1:40: the string "daily" is no rebalance frequency'),
        ("{:rebalance-threshold 5}", "my.clj:1:40: the rebalance threshold 5 is not between 0 and 1"),
        ("{:rebalance-threshold :x}", "my.clj:1:40: expected a threshold such as 0.05, not :x"),
        (
            "{:rebalance-threshold 0.1 :rebalance-frequency :daily}",
            "my.clj:1:19: a symphony trades by a frequency or by a threshold, not by both",
        ),
        ('{:asset-class "CRYPTO"}', "my.clj:1:32: only the asset class EQUITIES can be traded"),
        ("{:rebalance-threshold}", "my.clj:1:19: :rebalance-threshold has no value"),
        ("{7 8}", "my.clj:1:19: expected a key such as :window, not the number 7"),
        (
            "{:rebalance-threshold 0.1 :rebalance-threshold 0.1}",
            "my.clj:1:44: :rebalance-threshold stands here",
        ),
    ],
)
def test_wrong_options_are_refused_at_their_place(options: str, start: str) -> None:
    assert message(f'(defsymphony "x" {options} {SPY})').startswith(start)


@pytest.mark.parametrize(
    ("block", "start"),
    [
        ("(weight-equl [])", "my.clj:2:4: there is no block weight-equl. Did you mean weight-equal?"),
        ("(zzz)", "my.clj:2:4: there is no block zzz. Known are: asset, weight-equal, "),
        ("7", "my.clj:2:3: expected a block, not the number 7"),
        ("nil", "my.clj:2:3: expected a block, not nil"),
        ("[{:a 1}]", "my.clj:2:4: expected a block, not a map { }"),
        ("(asset)", 'my.clj:2:3: asset lacks something. Write (asset "SYMBOL" "name")'),
        ("(asset spy)", "my.clj:2:10: expected a symbol in double quotes, not the name spy"),
        ('(asset "spy")', 'my.clj:2:10: "spy" is no symbol. A symbol is made of upper-case letters'),
        ('(asset "SPY" 7)', "my.clj:2:16: expected a label in double quotes or nil, not the number 7"),
        ('(asset "SPY" nil nil)', "my.clj:2:20: asset has no use for nil"),
        ("(weight-equal)", "my.clj:2:3: weight-equal lacks something"),
        (f"(weight-equal {SPY} {SPY})", "my.clj:2:35: weight-equal has no use for the block asset"),
        ("(weight-specified)", "my.clj:2:3: weight-specified needs a weight before each block"),
        (
            f"(weight-specified 0.5 {SPY} 0.5)",
            "my.clj:2:3: weight-specified needs a weight before each block",
        ),
        (f"(weight-specified {SPY} 0.5)", "my.clj:2:21: expected a weight such as 0.25, not the block asset"),
        (f"(weight-specified 0.6 {SPY} 0.5 {SPY})", "my.clj:2:3: the weights sum to 1.1, above 1"),
        (f"(weight-specified -0.5 {SPY})", "my.clj:2:21: the weight -0.5 is negative"),
        (
            f"(weight-inverse-volatility 1 [{SPY}])",
            "my.clj:2:30: :window of stdev-return must be a whole number of at least 2",
        ),
        (f"(weight-inverse-volatility 2.5 [{SPY}])", "my.clj:2:30: expected a window such as 20, not 2.5"),
        (f"(group g [{SPY}])", "my.clj:2:10: expected a group's name in double quotes, not the name g"),
        ("(if)", "my.clj:2:3: if lacks something. Write (if condition [block …] [block …])"),
        ("(if 7 [])", "my.clj:2:7: expected a condition, not the number 7"),
    ],
)
def test_a_wrong_block_is_refused_at_its_place(block: str, start: str) -> None:
    assert message(in_symphony(block)).startswith(start)


@pytest.mark.parametrize(
    ("condition", "start"),
    [
        ("(not x)", "my.clj:2:8: there is no condition not. "),
        ("(and)", "my.clj:2:7: (and) needs at least one condition"),
        ('(> (current-price "A"))', "my.clj:2:7: > lacks something. Write (> indicator indicator-or"),
        (
            '(> 5 (current-price "A"))',
            "my.clj:2:10: a comparison begins with an indicator, not with a number. Turn it",
        ),
        (
            '(> (current-price "A") "5")',
            'my.clj:2:30: expected an indicator such as (rsi "SPY" {:window 10}), not',
        ),
        ("(> (rsi {:window 5}) 5)", 'my.clj:2:10: rsi lacks its symbol. Write (rsi "SYMBOL" {:window n})'),
        ('(> (rsi "A" [:window 5]) 5)', "my.clj:2:19: expected parameters such as {:window n}, not a vector"),
        (
            '(and (> (rsi "A" {:window 5}) 5) (> (rsi "A" [:window 5]) 5))',
            "my.clj:2:52: expected parameters such as {:window n}, not a vector",
        ),
        ("(> (rsi) 5)", "my.clj:2:10: rsi lacks :window. Write (rsi … {:window n})"),
        ('(> (rsi "A") 5)', "my.clj:2:10: rsi lacks :window. Write (rsi … {:window n})"),
        ('(> (rsi "A" 10) 5)', "my.clj:2:19: expected parameters such as {:window n}, not the number 10"),
        (
            '(> (rsi "A" {:windw 10}) 5)',
            "my.clj:2:20: rsi has no parameter :windw. Write (rsi … {:window n})",
        ),
        ('(> (rsi "A" {:window "10"}) 5)', 'my.clj:2:28: expected a number for :window, not the string "10"'),
        ('(> (rsi "A" {:window 0}) 5)', "my.clj:2:28: :window of rsi must be a whole number of at least 1"),
        ('(> (rsi "A" {:window -3}) 5)', "my.clj:2:28: :window of rsi must be a whole number of at least 1"),
        ('(> (rsi "A" {:window 2.5}) 5)', "my.clj:2:28: :window of rsi must be a whole number"),
        (
            '(> (stdev-price "A" {:window 1}) 5)',
            "my.clj:2:36: :window of stdev-price must be a whole number of at least 2",
        ),
        (
            '(> (current-price "A" {:window 1}) 5)',
            "my.clj:2:30: current-price has no parameter :window. Write",
        ),
        (
            '(> (upper-bollinger "A" {:window 5 :stdev -1}) 5)',
            "my.clj:2:49: :stdev of upper-bollinger must not be",
        ),
    ],
)
def test_a_wrong_condition_is_refused_at_its_place(condition: str, start: str) -> None:
    assert message(in_symphony(f"(if {condition} [{SPY}])")).startswith(start)


PRICE_LEVELS = (
    "current-price",
    "moving-average-price {:window 2}",
    "exponential-moving-average-price {:window 2}",
    "stdev-price {:window 2}",
    "lower-bollinger {:window 2 :stdev 1}",
    "upper-bollinger {:window 2 :stdev 1}",
    "moving-average-convergence-divergence {:short-window 1 :long-window 2}",
    "moving-average-convergence-divergence-signal {:short-window 1 :long-window 2 :smooth-window 3}",
)


@pytest.mark.parametrize("indicator", PRICE_LEVELS)
def test_a_block_that_is_no_asset_has_no_price_to_be_filtered_by(indicator: str) -> None:
    block = f"(filter ({indicator}) (select-top 1)\n [{SPY}\n  [{SPY}]])"
    assert message(in_symphony(block)).startswith(
        f"my.clj:4:3: {indicator.split(maxsplit=1)[0]} is a price: a block that is no asset doesn't have one."
    )
    assert parse(in_symphony(f"(filter ({indicator}) (select-top 1) [{SPY}])")).symbols == ("SPY",)


@pytest.mark.parametrize(
    ("filtered", "start"),
    [
        ("(rsi {:window 5}) (select-top 0)", "my.clj:2:41: select-top must select at least 1"),
        ("(rsi {:window 5}) (select-top 1.5)", "my.clj:2:41: expected a whole number of blocks to select"),
        ("(rsi {:window 5}) (select-best 1)", "my.clj:2:30: there is no selection select-best. "),
        ("(rsi {:window 5}) (select-top)", "my.clj:2:29: select-top lacks something. Write (select-top k)"),
        ("(rsi) (select-top 1)", "my.clj:2:11: rsi lacks :window. "),
        (
            '(rsi "SPY" {:window 5}) (select-top 1)',
            "my.clj:2:11: a filter scores each of its blocks by rsi: no symbol",
        ),
        ("(alpha) (select-top 1)", "my.clj:2:12: there is no indicator alpha"),
    ],
)
def test_a_wrong_filter_is_refused_at_its_place(filtered: str, start: str) -> None:
    assert message(in_symphony(f"(filter {filtered} [{SPY}])")).startswith(start)


@pytest.mark.parametrize(
    ("name", "notation"),
    [
        ("a.clj", "text"),
        ("a.edn", "text"),
        ("a.json", "json"),
        ("a.JSON", "json"),
        ("a.txt", None),
        ("a", None),
    ],
)
def test_the_suffix_says_the_notation_or_else_the_first_character(
    name: str, notation: str | None, tmp_path: Path
) -> None:
    score = '\n {"step": "root", "name": "x", "children": [{"step": "asset", "ticker": "SPY"}]}'
    for text, written in ((in_symphony(SPY), "text"), (score, "json")):
        file = tmp_path / name
        file.write_text(text)
        if notation in (written, None):
            assert load(file).symbols == ("SPY",)
        else:
            with pytest.raises(StrategyError):
                load(file)


def test_load_reads_a_file_and_names_it_in_errors(tmp_path: Path) -> None:
    file = tmp_path / "mine.clj"
    file.write_bytes(b"\xef\xbb\xbf" + f'(defsymphony "m\u00fcx" {{}} {SPY})'.encode())
    assert load(file).name == "m\u00fcx"
    file.write_text("(")
    with pytest.raises(StrategyError) as caught:
        load(str(file))
    assert str(caught.value).startswith(f"{file}:1:1: ")


def test_load_says_which_file_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(StrategyError) as missing:
        load(tmp_path / "none.clj")
    assert str(missing.value) == (
        f"{tmp_path}/none.clj: the strategy file can't be read: No such file or directory. "
        "Name a file that can be read"
    )
    binary = tmp_path / "binary.clj"
    binary.write_bytes(b"(a \xff)")
    with pytest.raises(
        StrategyError, match=r"binary\.clj:1:4: the strategy file is not UTF-8 text: byte 4 is wrong"
    ):
        load(binary)


DEPTH = 10_000


def test_an_unclosed_nest_of_10_000_is_one_error() -> None:
    assert message("(" * DEPTH).startswith(f'my.clj:1:{DEPTH}: "(" is never closed')
