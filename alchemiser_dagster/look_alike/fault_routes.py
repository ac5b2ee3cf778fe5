"""The control endpoint of the faults: set a plan, see what has fired, let nothing more go wrong."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.look_alike.active_faults import ActiveFaults
from alchemiser_dagster.look_alike.fault_file import read_fault_plan

PATH = "/sim/faults"
UNPROCESSABLE = 422


def fault_routes(faults: ActiveFaults) -> list[Route]:
    """Return the routes of `/sim/faults` over the plan in force."""

    async def show(_request: Request) -> Response:
        return _report(faults)

    async def put(request: Request) -> Response:
        try:
            plan = read_fault_plan(await request.body(), f"POST {PATH}")
        except ConfigurationError as error:
            return JSONResponse({"message": str(error)}, status_code=UNPROCESSABLE)
        faults.put(plan)
        return _report(faults)

    async def clear(_request: Request) -> Response:
        faults.clear()
        return _report(faults)

    return [
        Route(PATH, show, methods=["GET"]),
        Route(PATH, put, methods=["POST"]),
        Route(PATH, clear, methods=["DELETE"]),
    ]


def _report(faults: ActiveFaults) -> Response:
    return JSONResponse(faults.report().model_dump(mode="json"))
