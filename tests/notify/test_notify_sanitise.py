from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.notify import sanitise


def _raise_chained() -> None:
    try:
        _ = {}["first"]
    except KeyError as error:
        raise ValueError("second") from error


def test_of_a_stack_trace_the_errors_stay() -> None:
    with pytest.raises(ValueError, match="second") as caught:
        _raise_chained()
    text = "before\n" + "".join(traceback.format_exception(caught.value)) + "after"
    assert sanitise(text).split("\n") == ["before", "KeyError: 'first'", "ValueError: second", "after"]


def test_of_a_group_of_errors_no_frame_stays() -> None:
    group = ExceptionGroup("many", [ValueError("one")])
    with pytest.raises(ExceptionGroup) as caught:
        raise group
    clean = sanitise("".join(traceback.format_exception(caught.value)))
    assert 'File "' not in clean
    assert "Traceback" not in clean


def test_a_trace_as_dagster_writes_it_is_taken_out() -> None:
    text = (
        'Error: x\n\nStack Trace:\n  File "/a/b.py", line 3, in f\n    g()\n    ^^^\n'
        "The above exception was caused by the following exception:\nBoom: y"
    )
    assert sanitise(text).split("\n") == ["Error: x", "", "Boom: y"]


def test_a_long_text_is_cut() -> None:
    assert len(sanitise("x" * 10_000)) == 8_001


@given(text=st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), max_size=200))
def test_a_harmless_line_is_left_as_it_is(text: str) -> None:
    if "://" not in text:
        assert sanitise(f"say {text}") == f"say {text}"
