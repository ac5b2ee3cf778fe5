"""The look-alike with everything: Alpaca's endpoints, the control endpoints, faults and the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alchemiser_dagster.look_alike.active_faults import ActiveFaults
from alchemiser_dagster.look_alike.app import make_app
from alchemiser_dagster.look_alike.fault_plan import FaultPlan
from alchemiser_dagster.look_alike.world import World

if TYPE_CHECKING:
    from starlette.applications import Starlette


def make_full_app(world: World, plan: FaultPlan | None = None) -> Starlette:
    """Return the application over a world, with a fault plan in force from the start.

    Faults lie behind the request log, which so counts every request, and before keys and rate limit, as the
    networks and gateways that they stand for do.
    """
    from starlette.middleware import Middleware

    from alchemiser_dagster.look_alike.fault_middleware import FaultMiddleware
    from alchemiser_dagster.look_alike.fault_routes import fault_routes
    from alchemiser_dagster.look_alike.hub import Hub, Publishing
    from alchemiser_dagster.look_alike.stream import stream_routes

    faults = ActiveFaults(world, on_plan=world.judge_listing)
    faults.put(plan or FaultPlan())
    hub = Hub(world, faults)
    return make_app(
        world,
        between=[
            Middleware(FaultMiddleware, faults=faults, now=world.clock.now),
            Middleware(Publishing, hub=hub),
        ],
        more_routes=[*fault_routes(faults), *stream_routes(hub)],
    )
