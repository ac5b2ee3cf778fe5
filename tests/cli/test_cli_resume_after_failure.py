"""`alchemiser run` recovers from its own failed run and trades the rest once, where the settings want it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command import Shown, alchemiser
from support.days import SESSION, SETTINGS, Day

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.ledger.order_rows import LedgerOrder


def run_that_fails(folder: Path, times: int) -> Shown:
    send, failed = OrderDesk.send, []

    def sent(desk: OrderDesk, order: LedgerOrder) -> LedgerOrder:
        if order.symbol == "TLT" and len(failed) < times:
            failed.append(order)
            raise StorageError("the disk is full")
        return send(desk, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OrderDesk, "send", sent)
        return alchemiser(folder, "run", "--session", str(SESSION))


@pytest.mark.parametrize(
    ("after_failure", "times", "code", "told"),
    [
        ("stop", 1, 1, "Recovered: own orders are settled, 1 trade left"),
        ("resume", 1, 0, "Resumed: Traded: 2 of 2 trades filled"),
        ("resume", 2, 1, "Recovered: own orders are settled, 1 trade left"),
    ],
)
def test_a_failed_run_is_followed_as_the_settings_say(
    tmp_path: Path, after_failure: str, times: int, code: int, told: str
) -> None:
    #
    Day.in_folder(tmp_path, f'[trading]\nafter_failure = "{after_failure}"\n{SETTINGS}')
    assert run_that_fails(tmp_path, times).exit_code == code
    lines = (tmp_path / ".alchemiser" / "notices.log").read_text().splitlines()
    titles = [json.loads(line)["title"] for line in lines]
    assert any(title.startswith(told) for title in titles[-2:])
