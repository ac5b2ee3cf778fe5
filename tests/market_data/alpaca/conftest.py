from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.bar_server import BarServer, reading, serving

from alchemiser_dagster.broker.alpaca.client import GuardedDataClient


@pytest.fixture
def server() -> BarServer:
    return BarServer()


@pytest.fixture
def client(server: BarServer) -> Iterator[GuardedDataClient]:
    with serving(server) as address, reading(address) as client:
        yield client
