"""What a person reads whose symphony is broken: the whole message for each file in `broken`, kept beside it.

A file is anything there that `load` takes for a symphony; its message is in a file of its name with `.txt`
behind it. `pytest --snapshot-update` writes the messages anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import load

FOLDER = Path(__file__).with_name("broken")
NOTATIONS = (".clj", ".edn", ".json")
BROKEN = sorted(file.name for file in FOLDER.iterdir() if file.suffix in NOTATIONS)


def message_of(name: str) -> str:
    with pytest.raises(StrategyError) as caught:
        load(FOLDER / name)
    return str(caught.value).replace(f"{FOLDER}/", "") + "\n"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_the_message_beside_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    snapshot = FOLDER / f"{name}.txt"
    message = message_of(name)
    if request.config.getoption("--snapshot-update"):
        snapshot.write_text(message, encoding="utf-8")
    assert message == snapshot.read_text(encoding="utf-8")


def test_each_message_belongs_to_a_file() -> None:
    messages = sorted(file.name for file in FOLDER.glob("*.txt"))
    assert messages == [f"{name}.txt" for name in BROKEN]


def test_every_kind_of_mistake_is_there() -> None:
    assert len(BROKEN) >= 24
