"""Every kind of notice, as a person reads it: the texts beside this file are what they say."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from notify.notify_builders import ACCOUNT_NUMBER, SESSION
from notify.notify_kinds import KINDS

from alchemiser_dagster.notify import ConsoleSink
from alchemiser_dagster.notify.html import to_html

TEXTS = Path(__file__).parent / "texts"
LOCK_SCREEN = 100
REWRITE = os.environ.get("NOTICE_TEXTS") == "rewrite"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_notice_reads_as_it_is_written_down(kind: str) -> None:
    #
    stream = io.StringIO()
    ConsoleSink(stream).deliver(KINDS[kind]())
    kept = TEXTS / f"{kind}.txt"
    if REWRITE:
        kept.write_text(stream.getvalue())
    assert stream.getvalue() == kept.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_notice_begins_with_the_whole_in_short_and_says_what_it_must(kind: str) -> None:
    #
    told = KINDS[kind]()
    assert told.session == SESSION
    assert len(told.title) <= LOCK_SCREEN
    assert told.facts["mode"] in told.title
    assert next(iter(told.facts)) == "in short"
    assert told.facts["correlation id"] == told.correlation_id
    if told.facts.get("success") == "no":
        assert told.facts.get("next") or told.facts.get("code") or told.facts.get("reason")
    assert ACCOUNT_NUMBER not in told.body + told.title + to_html(told)


def test_no_two_kinds_of_one_run_but_its_ends_share_a_key() -> None:
    ends = {"traded", "nothing_to_do", "partial", "failed_to_fill", "failed", "failed_while_trading"}
    ends |= {"halted", "skipped", "watched", "books_differ"}
    keys = {kind: made().key for kind, made in KINDS.items()}
    assert len({keys[kind] for kind in ends}) == 1
    assert len(set(keys.values())) == len(KINDS) - len(ends) + 1


def test_there_is_no_text_of_a_kind_that_is_no_more() -> None:
    assert {path.stem for path in TEXTS.glob("*.txt")} == set(KINDS)
