"""The written form of a notice's facts: lines that a person reads, and that read back as what they say."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from notify.notify_builders import SESSION, migrated, notice

from alchemiser_dagster.notify.notice import facts_in_lines, groups_in_lines
from alchemiser_dagster.notify.outbox import Outbox

PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"
NAMES = some.text("abc :", min_size=1, max_size=8).filter(
    lambda name: name[-1] not in ": " and ": " not in name
)
NAMES = NAMES.filter(lambda name: not name.startswith(" "))
TEXTS = some.text("ab:\n -", max_size=20).map(str.strip)
FACTS = some.dictionaries(NAMES, TEXTS, max_size=4)


def test_groups_stand_under_their_names_behind_an_empty_line() -> None:
    body = groups_in_lines({"": {"success": "yes"}, "trades": {"SPY": "2", "BIL": "1"}, "nothing": {}})
    assert body == "success: yes\n\ntrades:\nSPY: 2\nBIL: 1"


@given(some.dictionaries(NAMES, FACTS.filter(bool), max_size=4), FACTS)
def test_facts_read_back_as_they_were_written(
    groups: dict[str, dict[str, str]], head: dict[str, str]
) -> None:
    told = {"": head, **groups}
    read = {group.name: group.facts for group in notice(body=groups_in_lines(told)).groups}
    assert read == {name: facts for name, facts in told.items() if facts}


def test_a_value_of_several_lines_stays_one_value() -> None:
    body = facts_in_lines({"error": "first\n\ntrades:\nlast", "code": "data"})
    assert notice(body=body).facts == {"error": "first\n\ntrades:\nlast", "code": "data"}


def test_the_ledger_gives_back_session_and_picture(tmp_path: Path) -> None:
    #
    database = migrated(tmp_path)
    told = notice().model_copy(update={"session": SESSION, "picture": PICTURE})
    assert Outbox(database).register(told, ["console"])
    assert Outbox(database).unsent() == (told,)
    database.close()


def test_a_picture_is_in_no_line_of_text() -> None:
    told = notice().model_copy(update={"session": SESSION, "picture": PICTURE})
    assert "picture" not in told.model_dump_json()
    assert "PNG" not in repr(told)
