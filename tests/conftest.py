"""What all tests share: a clean environment, options, a trading day in a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.days import Day

settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--snapshot-update", action="store_true", help="write snapshots anew instead of comparing"
    )


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches a test."""
    for name in list(os.environ):
        if name.startswith(("ALCHEMISER_", "DAGSTER_")) and name != "ALCHEMISER_REAL_BARS":
            monkeypatch.delenv(name)


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day.in_folder(tmp_path)
