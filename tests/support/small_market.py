"""A server of a few orders over a real socket, to see on the wire what faults do: no market, no database."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.look_alike.active_faults import ActiveFaults
from alchemiser_dagster.look_alike.cutting import CuttableProtocol
from alchemiser_dagster.look_alike.fault_middleware import FaultMiddleware
from alchemiser_dagster.look_alike.fault_plan import FaultPlan

START = datetime(2024, 11, 29, 17, 0, tzinfo=UTC)


@dataclass
class SmallMarket:
    """Orders in a list; asking for more than a hundred shares is refused."""

    rules: SimulationRules = field(default_factory=SimulationRules)
    clock: StandingClock = field(default_factory=lambda: StandingClock(START))
    orders: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.faults = ActiveFaults(self)

    def change_rules(self, **fields: object) -> None:
        self.rules = self.rules.model_copy(update=fields)

    @property
    def app(self) -> ASGIApp:
        routes = [
            Route("/v2/orders", self._submit, methods=["POST"]),
            Route("/v2/orders", self._list),
            Route("/v2/account", self._account),
            Route("/v2/orders/{order}", self._cancel, methods=["DELETE"]),
            Route("/sim/clock", self._wind, methods=["POST"]),
        ]
        return FaultMiddleware(Starlette(routes=routes), self.faults, self.clock.now)

    def plan(self, *faults: object) -> None:
        self.faults.put(FaultPlan.model_validate_json(json.dumps({"faults": faults})))

    async def _submit(self, request: Request) -> Response:
        asked = await request.json()
        if Decimal(asked["qty"]) > 100:
            return JSONResponse({"code": 40310000, "message": "insufficient"}, status_code=403)
        order = {"id": f"order-{len(self.orders) + 1}", "status": "new", "filled_qty": "0", **asked}
        self.orders.append(order)
        return JSONResponse(order)

    async def _list(self, _request: Request) -> Response:
        return JSONResponse(self.orders)

    async def _account(self, _request: Request) -> Response:
        return JSONResponse({"status": "ACTIVE", "cash": "100"})

    async def _cancel(self, _request: Request) -> Response:
        return Response(status_code=204)

    async def _wind(self, request: Request) -> Response:
        self.clock.sleep((await request.json())["advance_seconds"])
        return JSONResponse({"now": self.clock.now().isoformat(), "runs": False})


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Yield the address of the application, served until the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=CuttableProtocol, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield "http://{}:{}".format(*listening.getsockname())
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"
