"""A little of everything that alpaca-trade-api can do, printed as JSON; run by an interpreter that has it."""

from __future__ import annotations

import json
import sys

from alpaca_trade_api import REST, TimeFrame
from alpaca_trade_api.rest import APIError


def main() -> None:
    api = REST()
    account, clock, asset = api.get_account(), api.get_clock(), api.get_asset("AAA")
    seen = {
        "account": {
            "status": account.status,
            "cash": account.cash,
            "blocked": account.account_blocked,
        },
        "clock": {"is_open": clock.is_open, "next_close": clock.next_close.isoformat()},
        "calendar": [
            [f"{day.date:%Y-%m-%d}", f"{day.close:%H:%M}"]
            for day in api.get_calendar(start="2024-11-27", end="2024-11-29")
        ],
        "positions": {position.symbol: position.qty for position in api.list_positions()},
        "asset": [asset.symbol, asset.tradable, asset.fractionable],
        **orders(api),
        **data(api),
    }
    json.dump(seen, sys.stdout)


def orders(api: REST) -> dict[str, object]:
    bought = api.submit_order("AAA", qty=2.5, side="buy", type="market", time_in_force="day")
    limit = {"type": "limit", "limit_price": "90.5", "client_order_id": "client-1"}
    resting = api.submit_order("AAA", qty=2, side="buy", time_in_force="day", **limit)
    found = api.get_order_by_client_order_id("client-1")
    new = api.replace_order(resting.id, limit_price="91", qty="2", time_in_force="day")
    original = api.get_order(resting.id)
    api.cancel_order(new.id)
    still_open = [order.id for order in api.list_orders()]
    api.cancel_all_orders()
    return {
        "market_order": [bought.status, bought.filled_qty],
        "resting": [found.client_order_id, found.status, found.limit_price],
        "replaced": [original.status, original.replaced_by == new.id, new.limit_price],
        "open_after_cancel": still_open,
        "canceled": api.get_order(new.id).status,
        "refused": refusal(api),
        "fills": [[one.symbol, one.side, one.qty] for one in api.get_activities(activity_types="FILL")],
    }


def refusal(api: REST) -> list[object]:
    try:
        api.submit_order("BBB", qty=11, side="sell", type="market", time_in_force="day")
    except APIError as error:
        return [error.code, str(error.status_code)]
    return []


def data(api: REST) -> dict[str, object]:
    bars = api.get_bars(["AAA", "BBB"], TimeFrame.Day, "2024-11-25", "2024-11-27", adjustment="all")
    closes: dict[str, list[float]] = {}
    for bar in bars:
        closes.setdefault(bar.S, []).append(bar.c)
    snapshot = api.get_snapshots(["AAA"])["AAA"]
    return {
        "closes": closes,
        "snapshot": [snapshot.latest_trade.p, snapshot.latest_quote.bp, snapshot.prev_daily_bar.c],
        "quote": api.get_latest_quotes(["AAA"])["AAA"].ap,
    }


if __name__ == "__main__":
    main()
