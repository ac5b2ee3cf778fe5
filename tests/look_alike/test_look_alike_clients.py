"""Another published client, alpaca-trade-api, works on the look-alike, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.look_alike_world import KEY, SECRET, Served, served

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-clients" / ("Scripts" if os.name == "nt" else "bin") / "python"
SCRIPT = ROOT / "tests" / "support" / "alpaca_trade_api_day.py"
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="alpaca-trade-api needs older packages than this project: run `make clients`"
)


def day_of(world: Served, **keys: str) -> Any:
    environment = {
        **os.environ,
        "APCA_API_BASE_URL": world.url,
        "APCA_API_DATA_URL": world.url,
        "APCA_API_KEY_ID": KEY,
        "APCA_API_SECRET_KEY": SECRET,
        "APCA_RETRY_MAX": "0",
        **keys,
    }
    done = subprocess.run(  # noqa: S603  # the client under test
        [str(PYTHON), str(SCRIPT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_alpaca_trade_api_sees_the_account_orders_cancels_and_reads_bars(tmp_path: Path) -> None:
    with served(tmp_path, holdings={"BBB": "10"}) as world:
        seen = day_of(world)
        state = world.get("/sim/state")
        entries = world.get("/sim/requests")
    assert seen["account"] == {"status": "ACTIVE", "cash": "100000", "blocked": False}
    assert seen["clock"] == {"is_open": True, "next_close": "2024-11-27T16:00:00-05:00"}
    assert seen["calendar"] == [["2024-11-27", "16:00"], ["2024-11-29", "13:00"]]
    assert seen["positions"] == {"BBB": "10"}
    assert seen["asset"] == ["AAA", True, True]
    assert seen["market_order"] == ["filled", "2.5"]
    assert seen["resting"] == ["client-1", "new", "90.5"]
    assert seen["replaced"] == ["replaced", True, "91"]
    assert seen["open_after_cancel"] == []
    assert seen["canceled"] == "canceled"
    assert seen["refused"] == [40310000, "403"]
    assert seen["fills"] == [["AAA", "buy", "2.5"]]
    assert seen["closes"] == {"AAA": [25.0, 26.0, 100.0], "BBB": [25.0, 26.0, 50.0]}
    assert seen["snapshot"] == [100.0, 99.99, 26.0]
    assert seen["quote"] == 100.01
    assert state["orders"]["client-1"] == "replaced"
    assert sum(entry["method"] == "POST" for entry in entries) == 3
