"""Which handler answers which request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from alchemiser_dagster.look_alike import (
    account_information,
    activities,
    assets,
    control,
    historical_bars,
    latest_data,
    positions,
    trading_orders,
)
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.world import World

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

Handler: TypeAlias = Callable[[World, Question], Answer]

HANDLERS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/v2/account", account_information.account),
    ("GET", "/v2/account/activities", activities.list_activities),
    ("GET", "/v2/account/activities/{type}", activities.list_activities_of_type),
    ("GET", "/v2/clock", account_information.clock),
    ("GET", "/v2/calendar", account_information.calendar),
    ("GET", "/v2/assets", assets.list_assets),
    ("GET", "/v2/assets/{symbol:path}", assets.get_asset),
    ("GET", "/v2/positions", positions.list_positions),
    ("DELETE", "/v2/positions", positions.close_all),
    ("GET", "/v2/positions/{symbol:path}", positions.get_position),
    ("DELETE", "/v2/positions/{symbol:path}", positions.close_position),
    ("GET", "/v2/orders:by_client_order_id", trading_orders.get_by_client_id),
    ("GET", "/v2/orders", trading_orders.list_orders),
    ("POST", "/v2/orders", trading_orders.submit),
    ("DELETE", "/v2/orders", trading_orders.cancel_all),
    ("GET", "/v2/orders/{order_id}", trading_orders.get_order),
    ("PATCH", "/v2/orders/{order_id}", trading_orders.replace),
    ("DELETE", "/v2/orders/{order_id}", trading_orders.cancel),
    ("GET", "/v2/stocks/bars", historical_bars.bars),
    ("GET", "/v2/stocks/bars/latest", latest_data.latest_bars),
    ("GET", "/v2/stocks/quotes/latest", latest_data.latest_quotes),
    ("GET", "/v2/stocks/trades/latest", latest_data.latest_trades),
    ("GET", "/v2/stocks/snapshots", latest_data.snapshots),
    ("GET", "/v2/stocks/{symbol}/bars", historical_bars.bars_of_one),
    ("GET", "/v2/stocks/{symbol}/bars/latest", latest_data.latest_bar),
    ("GET", "/v2/stocks/{symbol}/quotes/latest", latest_data.latest_quote),
    ("GET", "/v2/stocks/{symbol}/trades/latest", latest_data.latest_trade),
    ("GET", "/v2/stocks/{symbol}/snapshot", latest_data.snapshot),
    ("GET", "/sim/clock", control.get_clock),
    ("POST", "/sim/clock", control.set_clock),
    ("POST", "/sim/reset", control.reset),
    ("GET", "/sim/rules", control.get_rules),
    ("POST", "/sim/rules", control.set_rules),
    ("POST", "/sim/activities", activities.let_happen),
    ("GET", "/sim/requests", control.get_requests),
    ("DELETE", "/sim/requests", control.forget_requests),
    ("GET", "/sim/state", control.state),
)


def routes_of(world: World) -> Iterator[Route]:
    """Yield a route for each handler; handlers run in threads, so that one that waits holds up nobody."""
    from starlette.routing import Route

    for method, path, handler in HANDLERS:
        yield Route(path, _endpoint(world, handler), methods=[method])


def _endpoint(world: World, handler: Handler) -> Callable[[Request], object]:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse, Response

    async def endpoint(request: Request) -> Response:
        question = await _question(request)
        answer = await run_in_threadpool(handler, world, question)
        if answer.body is None:
            return Response(status_code=answer.status)
        return JSONResponse(answer.body, answer.status)

    return endpoint


async def _question(request: Request) -> Question:
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query[name] = f"{query[name]},{value}" if name in query else value
    return Question(query, dict(request.path_params), await request.body())
