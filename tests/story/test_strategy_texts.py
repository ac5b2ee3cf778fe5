from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.story.strategy_texts import StrategyTexts, text_digest

KEPT = "(defsymphony \u00e9)\r\n"


def test_a_text_is_kept_once_under_its_hash_and_given_back_to_the_letter(tmp_path: Path) -> None:
    #
    texts = StrategyTexts(tmp_path)
    digest = texts.keep(KEPT)
    (file,) = (tmp_path / "strategies").iterdir()
    written = file.stat().st_mtime_ns
    assert texts.keep(KEPT) == digest == text_digest(KEPT)
    assert file.stat().st_mtime_ns == written
    assert texts.find(digest) == KEPT


@pytest.mark.parametrize("spoiled", [b"", b"\xff\xfe", KEPT.encode() + b" "])
def test_a_text_that_is_not_what_was_kept_is_not_given_back(tmp_path: Path, spoiled: bytes) -> None:
    texts = StrategyTexts(tmp_path)
    digest = texts.keep(KEPT)
    (tmp_path / "strategies" / f"{digest}.txt").write_bytes(spoiled)
    assert texts.find(digest) is None


def test_what_was_never_kept_is_not_found(tmp_path: Path) -> None:
    assert StrategyTexts(tmp_path).find("0" * 64) is None
    assert StrategyTexts(tmp_path).find("") is None


def test_a_text_that_can_t_be_kept_stops_the_decision(tmp_path: Path) -> None:
    (tmp_path / "strategies").write_text("in the way")
    with pytest.raises(StorageError, match="the text of a strategy can't be kept"):
        StrategyTexts(tmp_path).keep(KEPT)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_different_texts_have_different_hashes(one: str, other: str) -> None:
    assert (text_digest(one) == text_digest(other)) == (one == other)
