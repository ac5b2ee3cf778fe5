"""What keeps a paper day from being traded: one clear error each, one notice, nothing sent (R-18, R-41)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from support.page_server import pages
from support.paper_day import HISTORY, TERMS, PaperDay, before_close, paper_day
from support.paper_refusal import Refusal, assert_found_by_doctor, assert_refused

from alchemiser_dagster.look_alike.fault_plan import AnyFault, Silence, Status

SESSION = "2024-11-27"
AT = before_close(SESSION)
REFUSED_PORT = 9
CHECK_KEYS = (
    "Check alpaca.key_id and alpaca.secret_key: the keys of a paper account work in paper mode only, "
    "those of a live account in live mode only"
)
AGAIN = "then run again: no order is sent a second time"
ELSEWHERE = f"Check the network, and that alpaca.base_url names a running server, {AGAIN}"
TWO_FUNDS = """(defsymphony "Two funds" {{:rebalance-frequency :daily}}
  (weight-specified 0.6 (asset "SPY" nil) 0.4 (asset "{other}" nil)))"""
TWO_FUNDS_SETTINGS = HISTORY + '\n[[strategies]]\nfile = "two_funds.clj"\nweight = 1.0\n'


def host(day: PaperDay) -> str:
    return day.address.removeprefix("http://")


def use_this_machines_clock(day: PaperDay, address: str | None = None, timeout: int = 10) -> None:
    day.settle(address=address, timeout=timeout)
    file = day.folder / "alchemiser.toml"
    file.write_text(file.read_text().replace('clock = "look-alike"\n', ""))


@pytest.fixture
def day() -> Iterator[PaperDay]:
    with paper_day(AT) as day:
        yield day


@contextmanager
def going_wrong(*faults: AnyFault) -> Iterator[PaperDay]:
    with paper_day(AT, *faults) as day:
        yield day


def test_wrong_keys(day: PaperDay) -> None:
    words = f"{host(day)}: the broker refuses: forbidden. (403, code 40310000). {CHECK_KEYS}"
    wrong = {"ALCHEMISER_ALPACA__SECRET_KEY": "another-another-another"}
    assert_refused(day, Refusal(words, 1), **wrong)
    assert len(day.requests) == 1
    assert_found_by_doctor(day, "account", Refusal(words, 1), **wrong)
    assert len(day.requests) == 2


def test_keys_that_are_not_authorised() -> None:
    with going_wrong(
        Status(status=401, code=40110000, message="request is not authorized", times=None)
    ) as day:
        words = (
            f"{host(day)}: the broker refuses: request is not authorized (401, code 40110000). {CHECK_KEYS}"
        )
        assert_refused(day, Refusal(words, 1))
        assert_found_by_doctor(day, "account", Refusal(words, 1))


def test_no_keys_ask_nothing_of_anybody(day: PaperDay) -> None:
    empty = {"ALCHEMISER_ALPACA__KEY_ID": "", "ALCHEMISER_ALPACA__SECRET_KEY": ""}
    for command in ("run", "doctor"):
        shown = day.command(command, **empty)
        assert (shown.exit_code, shown.out) == (2, "")
        assert "alchemiser.toml:1: paper mode needs alpaca.key_id, which is not set. Set" in shown.err
    assert day.requests == ()


CLOSED = {
    "a weekend": (
        "2024-11-30T17:45",
        (
            "2024-11-29: orders are sent from 2024-11-29 17:30 to 18:00 UTC, and it is 2024-11-30 17:45. "
            "Nothing was sent; run on Monday 2024-12-02 from 20:30 UTC"
        ),
    ),
    "a holiday": (
        "2024-11-28T20:45",
        (
            "2024-11-27: orders are sent from 2024-11-27 20:30 to 21:00 UTC, and it is 2024-11-28 20:45. "
            "Nothing was sent; run on Friday 2024-11-29 from 17:30 UTC"
        ),
    ),
    "before the window": (
        "2024-11-27T20:29",
        (
            "2024-11-27: orders are sent from 2024-11-27 20:30 to 21:00 UTC, and it is 2024-11-27 20:29. "
            "Nothing was sent; run on Wednesday 2024-11-27 from 20:30 UTC"
        ),
    ),
    "after an early close": (
        "2024-11-29T18:00",
        (
            "2024-11-29: orders are sent from 2024-11-29 17:30 to 18:00 UTC, and it is 2024-11-29 18:00. "
            "Nothing was sent; run on Monday 2024-12-02 from 20:30 UTC"
        ),
    ),
}


@pytest.mark.parametrize(("instant", "words"), CLOSED.values(), ids=CLOSED)
def test_a_closed_market(day: PaperDay, instant: str, words: str) -> None:
    day.world.clock.wind(to=datetime.fromisoformat(instant).replace(tzinfo=UTC))
    refusal = Refusal(f"session {words}", 2)
    assert_refused(day, refusal)
    assert day.requests == ()
    assert_found_by_doctor(day, "market", refusal)


def test_a_clock_that_is_not_the_brokers(day: PaperDay) -> None:
    use_this_machines_clock(day)
    refusal = Refusal(
        f"session {SESSION}: the broker's clock is 300 seconds away from ours. "
        "Nothing was sent; set this machine's clock, and look for an unscheduled closing",
        2,
    )
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        assert_refused(day, refusal)
        assert_found_by_doctor(day, "market", refusal)


FLAGS = {
    "account_status": ("ACCOUNT_CLOSED", "its status is ACCOUNT_CLOSED"),
    "trading_blocked": (True, "trading is blocked"),
    "account_blocked": (True, "the account is blocked"),
    "trade_suspended_by_user": (True, "trading is suspended by the user"),
}


@pytest.mark.parametrize("flag", FLAGS)
def test_an_account_that_may_not_trade(day: PaperDay, flag: str) -> None:
    value, reason = FLAGS[flag]
    day.world.change_rules(**{flag: value})
    words = f"account: the account can't trade: {reason}. See the broker's dashboard; nothing was sent"
    assert_refused(day, Refusal(words, 1))
    assert_found_by_doctor(day, "account", Refusal(words, 1))


def test_nobody_at_the_address(day: PaperDay) -> None:
    address = f"127.0.0.1:{REFUSED_PORT}"
    use_this_machines_clock(day, f"http://{address}")
    reason = "it could not be reached: nobody takes the connection"
    refusal = Refusal(f"{address}: the broker can't be asked: {reason}. {ELSEWHERE}", 1)
    with time_machine.travel(AT):
        assert_refused(day, refusal)
        assert_found_by_doctor(day, "account", refusal)


def test_an_address_that_nobody_knows(day: PaperDay) -> None:
    use_this_machines_clock(day, "http://no-such-host.invalid")
    reason = "its name is not known: there is no network, or the address is wrong"
    with time_machine.travel(AT):
        words = f"no-such-host.invalid: the broker can't be asked: {reason}. {ELSEWHERE}"
        assert_refused(day, Refusal(words, 1))


@pytest.mark.parametrize("address", [f"http://127.0.0.1:{REFUSED_PORT}", "http://no-such-host.invalid"])
def test_a_look_alike_that_is_not_there(day: PaperDay, address: str) -> None:
    day.settle(address=address)
    refusal = Refusal(
        f"{address}/sim/clock: the look-alike's clock can't be asked. Check that it is running", 1
    )
    assert_refused(day, refusal)
    assert_found_by_doctor(day, "clock", refusal)


def test_a_look_alike_that_hangs(day: PaperDay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        day.settle(address=address, timeout=1)
        words = f"{address}/sim/clock: the look-alike's clock can't be asked. Check that it is running"
        assert_refused(day, Refusal(words, 1))


def test_a_broker_that_hangs() -> None:
    with going_wrong(Silence(times=None)) as day:
        day.settle(timeout=1)
        words = f"{host(day)}: the broker's answer is lost: there was no answer in time. {ELSEWHERE}"
        assert_refused(day, Refusal(words, 1))
        assert len(day.requests) <= 4


NO_LOOK_ALIKE = (
    "alpaca.clock: the server has no clock that can be wound on, so it is no look-alike. "
    "Set it to system, or alpaca.base_url to the address of a look-alike"
)
PAGES = {
    200: f"the broker's answer is lost: the answer can't be read. {ELSEWHERE}",
    302: "the broker refuses: the answer is 302. Check alpaca.base_url",
    404: "the broker refuses: the answer is 404. Check alpaca.base_url",
}


@pytest.mark.parametrize("status", PAGES)
def test_a_server_that_is_not_alpaca(day: PaperDay, status: int) -> None:
    with pages(status) as address, time_machine.travel(AT):
        use_this_machines_clock(day, address)
        refusal = Refusal(f"{address.removeprefix('http://')}: {PAGES[status]}", 1)
        assert_refused(day, refusal)


@pytest.mark.parametrize("status", PAGES)
def test_a_server_that_is_no_look_alike(day: PaperDay, status: int) -> None:
    with pages(status) as address:
        day.settle(address=address)
        no_time = f"{address}/sim/clock: its answer tells no time. Check alpaca.base_url"
        refusal = Refusal(NO_LOOK_ALIKE, 2) if status == 404 else Refusal(no_time, 1)
        assert_refused(day, refusal)
        assert_found_by_doctor(day, "clock", refusal)


def test_a_limit_of_requests_that_never_ends() -> None:
    limit = Status(status=429, code=42910000, message="rate limit exceeded", times=None)
    with going_wrong(limit) as day:
        words = f"{host(day)}: the broker fails: rate limit exceeded (429, code 42910000). "
        refusal = Refusal(f"{words}Let others who use the account's keys end, {AGAIN}", 1)
        assert_refused(day, refusal)


def test_quotes_that_the_plan_does_not_permit_are_told_as_the_doctor_tells_them() -> None:
    # the error arises inside a step
    more = f'{HISTORY}quote_feed = "sip"\n'
    with paper_day(AT, terms=TERMS.model_copy(update={"free_plan": True}), more=more) as day:
        words = (
            "Alpaca's feed sip: the Alpaca account's data plan does not permit this question. "
            "Set market_data.quote_feed to iex, or take a data plan with the newest SIP data"
        )
        assert_refused(day, Refusal(words, 2, "market_data"))
        assert_found_by_doctor(day, "symbols", Refusal(words, 2))


@contextmanager
def two_funds(other: str, *faults: AnyFault) -> Iterator[PaperDay]:
    with paper_day(AT, *faults, more=TWO_FUNDS_SETTINGS) as day:
        (day.folder / "two_funds.clj").write_text(TWO_FUNDS.format(other=other))
        yield day


def test_a_symbol_that_the_broker_does_not_know() -> None:
    # the error arises inside a step
    missing = Status(
        status=404, code=40410000, message="asset not found for NOSUCH", path="/v2/assets/NOSUCH", times=None
    )
    with two_funds("NOSUCH", missing) as day:
        words = (
            "account_snapshot: no asset info for NOSUCH. "
            "Check that the broker and the market data know every symbol that is held or wanted"
        )
        assert_refused(day, Refusal(words, 2, "allocation_comparison"))
        remedy = "Check how it is spelled, or take the strategy that needs it out"
        found = Refusal(f"strategies: the broker knows no NOSUCH. {remedy}", 2)
        assert_found_by_doctor(day, "symbols", found)


def test_a_symbol_that_is_not_tradable_is_left_alone_and_said() -> None:
    #
    with two_funds("TLT") as day:
        day.world.change_rules(non_tradable=frozenset({"TLT"}), non_fractionable=frozenset({"SPY"}))
        remarks = "all 2 have a price: SPY, TLT; not tradable, so left alone: TLT; in whole shares only: SPY"
        assert f" symbols ok {remarks}" in " ".join(day.command("doctor").out.split())
        shown = day.run()
        assert (shown.exit_code, shown.err) == (0, "")
        assert "TLT 39,800.00 not tradable" in shown.lines
        assert set(day.positions) == {"SPY"}
        assert day.positions["SPY"] == int(day.positions["SPY"])
