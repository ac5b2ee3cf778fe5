"""A paper day on a look-alike: requests and answers belong to their orders, and nothing secret is packed."""

from __future__ import annotations

import json

from support.paper_day import ACCOUNT_NUMBER, KEY_ID, KEYS, SECRET_KEY, PaperDay, before_close, paper_day
from support.spoiled_bundles import members

SESSION = "2024-11-27"


def test_a_paper_day_is_told_packed_asked_and_computed_again() -> None:
    # one test, for the day is dear
    with paper_day(before_close(SESSION)) as day:
        assert day.run("--correlation-id", "paper-day").exit_code == 0
        times_and_requests(day)
        nothing_secret(day)
        from_fill_to_bars(day)


def times_and_requests(day: PaperDay) -> None:
    shown = day.command("story", "last", "--calls")
    assert shown.exit_code == 0
    assert shown.lines[0].startswith("Traded: ")
    assert "2024-11-27 Wednesday, New York" in shown.lines
    posts = [line for line in shown.lines if "POST /v2/orders → 200" in line]
    assert len(posts) == len(day.submitted)
    assert all(line.startswith("15:4") for line in posts)
    times = [line[:8] for line in shown.lines if line[2:3] == ":" and "notice" not in line]
    assert times[0] <= times[-1]


def nothing_secret(day: PaperDay) -> None:
    shown = day.command("story", SESSION, "--bundle", "day.zip")
    assert shown.exit_code == 0
    bundle = (day.folder / "day.zip").read_bytes()
    for content in (bundle, *members(bundle).values()):
        for secret in (KEY_ID, SECRET_KEY, ACCOUNT_NUMBER):
            assert secret.encode() not in content
    told = day.command("story", SESSION, "--json").out
    assert not any(secret in told for secret in (KEY_ID, SECRET_KEY, ACCOUNT_NUMBER))
    replayed = day.command("replay", "day.zip", **dict.fromkeys(KEYS, ""))
    assert (replayed.exit_code, replayed.lines[-1]) == (0, "equal")


def from_fill_to_bars(day: PaperDay) -> None:
    story = json.loads(day.command("story", "paper-day", "--json").out)
    order = next(found for found in story["orders"] if found["fills"] and not found["order"]["replaces"])
    (fill, *_) = order["fills"]
    ids = [order["order"]["client_order_id"], order["order"]["broker_order_id"], fill["fill_id"]]
    chains = [json.loads(day.command("why", word, "--json").out) for word in (*ids, ids[0][:14])]
    assert all(chain == chains[0] for chain in chains)
    (chain, *_) = chains
    assert chain["line"]["line_id"] == order["order"]["line_id"]
    assert chain["comparison"]["symbol"] == chain["symbol"]
    wanting = [part for part in chain["strategies"] if float(part["contribution"])]
    assert wanting
    for part in wanting:
        assert part["explanation"]["steps"]
        assert {bar["symbol"] for bar in part["bars"]} >= {chain["symbol"]}
        assert any(bar["is_provisional"] for bar in part["bars"])
    sent = [one["call"] for one in chain["calls"] if one["call"]["call"] == "POST /v2/orders"]
    assert sent[0]["request"]["body"]["client_order_id"] == ids[0]
    assert sent[0]["answer"]["id"] == ids[1]
    shown = day.command("why", chain["symbol"])
    assert shown.exit_code == 0
    assert ("Plan" in shown.out, "Target" in shown.out, "Bars" in shown.out, "Requests" in shown.out) == (
        (True,) * 4
    )
