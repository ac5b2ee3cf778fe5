"""Requests and answers as they are kept: whole, without secrets, and never in the way of a call."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from support.alpaca import KEYS, NOON, SECRET_KEY, new_clock
from support.scripted_server import Manner, Reply, ScriptedServer, refusing_server, scripted_server

from alchemiser_dagster.broker.alpaca.exchange import Answer, WireRequest
from alchemiser_dagster.broker.alpaca.keys import AccountKeys
from alchemiser_dagster.broker.alpaca.wire import Wire, WireTerms
from alchemiser_dagster.broker.call_log import LARGEST_ANSWER, CallLog, CallPlace
from alchemiser_dagster.broker.call_records import CallRecord, call_file, calls_of
from alchemiser_dagster.broker.calls import Call
from alchemiser_dagster.logs import configure_logging, stop_logging
from alchemiser_dagster.telemetry.span_ids import span_of_call

SESSION = date(2026, 3, 3)
STEP = "0123456789abcdef"
PLACE = CallPlace(SESSION, "run", STEP)
ACCOUNT_NUMBER, ACCOUNT_ID = "PA3SESAME7", "9c1b0d4e-0000-4000-8000-sesame000001"
ACCOUNT = {"id": ACCOUNT_ID, "account_number": ACCOUNT_NUMBER, "cash": "100.00"}
READ_ACCOUNT = WireRequest("GET", "/v2/account")
ORDER = WireRequest("POST", "/v2/orders", body={"symbol": "SPY", "client_order_id": "alch-1"})


def new_log(folder: Path, *, is_begun: bool = True) -> CallLog:
    log = CallLog(folder, lambda: datetime(2026, 3, 3, 17, tzinfo=UTC), (SECRET_KEY,))
    if is_begun:
        log.begin(PLACE)
    return log


def kept(folder: Path) -> tuple[CallRecord, ...]:
    return calls_of(folder, SESSION, "run")


def wire_to(url: str, log: CallLog) -> Wire:
    return Wire(WireTerms(url, 0.3, (SECRET_KEY,)), AccountKeys(KEYS), new_clock(), observer=log)


def exchanged(folder: Path, server: ScriptedServer, *requests: WireRequest) -> tuple[CallRecord, ...]:
    log = new_log(folder)
    wire = wire_to(server.url, log)
    for request in requests:
        wire.exchange(request)
    log.close()
    wire.close()
    return kept(folder)


def test_a_request_and_its_answer_are_kept_whole(tmp_path: Path) -> None:
    #
    answer: JsonValue = {"id": "order-1", "symbol": "SPY", "qty": "1.5", "legs": None}
    asking = WireRequest("GET", "/v2/orders", query={"status": "all"})
    with scripted_server(Reply.of(answer, 200, **{"X-Request-ID": "abc"}), Reply.of([answer])) as server:
        post, get = exchanged(tmp_path, server, ORDER, asking)
    assert (post.call, post.status, post.request_id, post.answer) == ("POST /v2/orders", 200, "abc", answer)
    assert post.request == {"body": {"symbol": "SPY", "client_order_id": "alch-1"}}
    assert (get.call, get.request, get.answer) == ("GET /v2/orders", {"query": {"status": "all"}}, [answer])
    assert (post.at, post.error, post.span_id) == (NOON, None, STEP)
    assert (post.call_id, get.call_id) == (span_of_call(STEP, 1), span_of_call(STEP, 2))


def test_a_refusal_is_kept_with_its_words(tmp_path: Path) -> None:
    with scripted_server(Reply.of({"message": "insufficient buying power"}, 403)) as server:
        (call,) = exchanged(tmp_path, server, ORDER)
    assert (call.status, call.answer) == (403, {"message": "insufficient buying power"})


def test_what_never_came_back_is_kept_as_such(tmp_path: Path) -> None:
    #
    with scripted_server(Reply(manner=Manner.SILENCE)) as server:
        (call,) = exchanged(tmp_path, server, ORDER)
    assert (call.status, call.answer) == (None, None)
    assert call.error is not None
    assert call.error.startswith("no whole answer: ")
    assert call.request["body"] == {"symbol": "SPY", "client_order_id": "alch-1"}


def test_what_was_never_sent_is_kept_as_such(tmp_path: Path) -> None:
    #
    log = new_log(tmp_path)
    with refusing_server() as url:
        wire_to(url, log).exchange(ORDER)
    log.close()
    (call,) = kept(tmp_path)
    assert call.error is not None
    assert call.error.startswith("not sent: ")


def test_no_key_and_no_account_is_kept(tmp_path: Path) -> None:
    #
    echo = {"note": f"{ACCOUNT_NUMBER} {SECRET_KEY}", "account_id": ACCOUNT_ID}
    with scripted_server(Reply.of(ACCOUNT), Reply.of(echo)) as server:
        exchanged(tmp_path, server, READ_ACCOUNT, ORDER)
    text = call_file(tmp_path, SESSION, "run").read_text()
    assert "100.00" in text
    for secret in (SECRET_KEY, ACCOUNT_NUMBER, ACCOUNT_ID, "APCA", "PKTEST"):
        assert secret not in text


def test_an_account_is_masked_also_in_what_is_no_json(tmp_path: Path) -> None:
    #
    log = new_log(tmp_path)
    body = f'{{"account_number": "{ACCOUNT_NUMBER}", "id": "{ACCOUNT_ID}", cut'.encode()
    log.tell(Call("GET /v2/account", {}, 0.1, 200, body))
    log.close()
    text = call_file(tmp_path, SESSION, "run").read_text()
    assert ACCOUNT_NUMBER not in text
    assert ACCOUNT_ID not in text


def test_of_a_large_answer_its_beginning_is_kept(tmp_path: Path) -> None:
    #
    log = new_log(tmp_path)
    for size in (LARGEST_ANSWER, LARGEST_ANSWER + 1):
        log.tell(Call("GET /v2/stocks/bars", {}, 0.1, 200, b'"' + b"a" * (size - 2) + b'"'))
    log.close()
    whole, cut = kept(tmp_path)
    assert whole.answer == "a" * (LARGEST_ANSWER - 2)
    assert isinstance(cut.answer, dict)
    assert cut.answer["note"] == f"the answer had {LARGEST_ANSWER + 1} bytes; this is how it begins"
    assert len(str(cut.answer["begins"])) < LARGEST_ANSWER // 10


@given(
    body=st.one_of(st.binary(max_size=60), st.text(max_size=30).map(lambda text: json.dumps(text).encode()))
)
def test_whatever_a_server_says_is_kept_on_one_line(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    #
    folder = tmp_path_factory.mktemp("calls")
    log = new_log(folder)
    log.tell(Call("GET /v2/clock", {}, 0.1, 200, body))
    log.tell(Call("GET /v2/clock", {}, 0.1, 200, b"1"))
    log.close()
    assert [call.answer for call in kept(folder)][1:] == [1]


def test_nothing_is_kept_outside_of_a_step(tmp_path: Path) -> None:
    log = new_log(tmp_path, is_begun=False)
    assert not log.listens
    log.tell(Call("GET /v2/clock", {}, 0.1, 200, b"1"))
    log.begin(PLACE)
    assert log.listens
    log.end()
    log.tell(Call("GET /v2/clock", {}, 0.1, 200, b"1"))
    log.close()
    assert not (tmp_path / "requests").exists()


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    #
    log = new_log(tmp_path)
    log.tell(Call("GET /v2/clock", {}, 0.1, 200, b"1"))
    log.close()
    file = call_file(tmp_path, SESSION, "run")
    file.write_text(file.read_text() + '{"at": "2026-03-')
    assert [call.answer for call in kept(tmp_path)] == [1]
    assert calls_of(tmp_path, SESSION, "another") == ()


def in_the_way(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("")


def full(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "run.jsonl").symlink_to("/dev/full")


@pytest.mark.parametrize("spoil", [in_the_way, full])
def test_what_can_not_be_written_changes_nothing_of_a_call(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    # a folder that can't be made, and a disk that is full
    spoil(call_file(tmp_path, SESSION, "run").parent)
    lines = io.StringIO()
    configure_logging(stream=lines)
    with scripted_server(Reply.of(ACCOUNT), Reply.of(ACCOUNT)) as server:
        log = new_log(tmp_path)
        wire = wire_to(server.url, log)
        outcomes = [wire.exchange(READ_ACCOUNT), wire.exchange(READ_ACCOUNT)]
        log.close()
    stop_logging()
    assert [isinstance(outcome, Answer) and outcome.is_success for outcome in outcomes] == [True, True]
    assert lines.getvalue().count("are not kept") == 1


def test_calls_of_many_threads_are_all_kept_each_under_its_own_span(tmp_path: Path) -> None:
    #
    log = new_log(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log.tell(Call(f"call {number}", {}, 0.0)), range(400)))
    log.close()
    calls = kept(tmp_path)
    assert {call.call for call in calls} == {f"call {number}" for number in range(400)}
    assert {call.call_id for call in calls} == {span_of_call(STEP, number) for number in range(1, 401)}
