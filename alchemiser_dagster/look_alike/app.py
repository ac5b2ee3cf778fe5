"""The look-alike as an application that any server of its kind can serve.

A request passes, from outside to inside: `Recording` (the request log), then whatever is put in between, such
as faults, then `Gate` (keys and rate limit), `Deciding` (what the broker's side said), and its handler.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.look_alike.errors import MISSING, AnswerError, answer_of
from alchemiser_dagster.look_alike.gate import Gate
from alchemiser_dagster.look_alike.request_log import Deciding, Recording
from alchemiser_dagster.look_alike.routes import routes_of
from alchemiser_dagster.look_alike.world import World

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute


def make_app(
    world: World, between: Sequence[Middleware] = (), more_routes: Sequence[BaseRoute] = ()
) -> Starlette:
    """Return the application over a world.

    Parameters
    ----------
    world
        What it shows and changes.
    between
        Middleware behind the request log and before the gate, outermost first.
    more_routes
        Routes besides those of Alpaca and of the control endpoints.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    return Starlette(
        routes=[*more_routes, *routes_of(world)],
        middleware=[
            Middleware(Recording, log=world.log),
            *between,
            Middleware(Gate, world=world),
            Middleware(Deciding),
        ],
        exception_handlers={
            AnswerError: _refused,
            AlchemiserError: _failed,
            404: _no_such_endpoint,
            405: _no_such_endpoint,
        },
    )


async def _refused(_request: Request, error: Exception) -> Response:
    from starlette.responses import JSONResponse

    answer = error if isinstance(error, AnswerError) else AnswerError(500, None, type(error).__name__)
    return JSONResponse(answer.body, answer.status)


async def _failed(request: Request, error: Exception) -> Response:
    answer = answer_of(error) if isinstance(error, AlchemiserError) else error
    return await _refused(request, answer)


async def _no_such_endpoint(request: Request, _error: Exception) -> Response:
    return await _refused(request, AnswerError(404, MISSING, f"endpoint not found: {request.url.path}"))
