from __future__ import annotations

import json
import logging
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from notify.notify_builders import notice
from pydantic import SecretStr

from alchemiser_dagster.errors import NotificationError
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify import ConsoleSink, FileSink, Notice, NoticeLevel, sinks_from
from alchemiser_dagster.notify.apprise_sink import AppriseSink
from alchemiser_dagster.notify.sinks import services_from
from alchemiser_dagster.settings import ChannelSettings, NotifySettings, Settings


def test_the_console_prints_title_and_indented_body() -> None:
    stream = StringIO()
    ConsoleSink(stream).deliver(notice(body="success: yes\nmode: paper"))
    assert stream.getvalue() == "[info] Traded\n  success: yes\n  mode: paper\n"


def test_the_file_gets_one_line_per_notice_and_makes_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "notices.log"
    for body in ("first\nline", "zweite"):
        FileSink(file).deliver(notice(body=body))
    lines = file.read_text().splitlines()
    assert [Notice.model_validate_json(line).body for line in lines] == ["first\nline", "zweite"]


class _Receiver(BaseHTTPRequestHandler):
    received: list[dict[str, str]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        del args


def _delivered_over_http(status: int) -> list[dict[str, str]]:
    handler = type("Receiver", (_Receiver,), {"received": [], "status": status})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.handle_request)
    thread.start()
    url = SecretStr(f"json://127.0.0.1:{server.server_port}/token-of-the-hook")
    try:
        AppriseSink(url).deliver(notice())
    finally:
        thread.join(10)
        server.server_close()
    return handler.received


def test_apprise_sends_title_and_body_to_the_service() -> None:
    received = _delivered_over_http(200)
    assert [(message["title"], message["message"]) for message in received] == [("Traded", "all is well")]


def test_a_service_that_refuses_is_an_error_without_its_tokens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, logger="apprise"), pytest.raises(NotificationError) as caught:
        _delivered_over_http(500)
    assert "the service did not take the notice" in str(caught.value)
    assert "500" in str(caught.value)
    assert "token-of-the-hook" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    "url", ["nonsense://token-of-the-hook", "token-of-the-hook", "tgram://token-of-the-hook"]
)
def test_a_url_that_apprise_does_not_know_is_an_error_without_its_tokens(
    url: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotificationError) as caught:
        AppriseSink(SecretStr(url)).deliver(notice())
    assert "it is no URL that Apprise understands" in str(caught.value)
    printed = capsys.readouterr()
    assert "token-of-the-hook" not in str(caught.value) + caplog.text + printed.out + printed.err


def test_the_name_of_a_service_is_short_steady_and_holds_no_token() -> None:
    url = SecretStr("tgram://1234567890:bottoken/chat")
    names = {AppriseSink(url).name for _ in range(2)}
    assert names == {f"tgram-{derived_id(url.get_secret_value(), length=8)}"}
    assert len(AppriseSink(SecretStr(f"{'x' * 99}://host")).name) <= 31


def test_sinks_follow_from_the_settings(tmp_path: Path) -> None:
    urls = (SecretStr("json://a"), SecretStr("json://b"), SecretStr("json://a"))
    settings = Settings(data_dir=tmp_path, notify=NotifySettings(urls=urls))
    names = [sink.name for sink in sinks_from(settings, sys.stdout)]
    assert names[:2] == ["console", "file"]
    assert len(names) == len(set(names)) == 4


def test_a_channel_has_its_name_and_level_and_an_address_is_told_once(tmp_path: Path) -> None:
    address = SecretStr("json://a")
    phone = ChannelSettings(url=SecretStr("json://b"), level="error", name="phone")
    again = ChannelSettings(url=address, level="error")
    chosen = NotifySettings(urls=(address,), channels=(phone, again, phone.model_copy(update={"name": None})))
    services = services_from(Settings(data_dir=tmp_path, notify=chosen))
    named = [(service.name, service.level) for service in services]
    everything = f"json-{derived_id('json://a', length=8)}"
    assert named == [(everything, NoticeLevel.INFO), ("phone", NoticeLevel.ERROR)]


def test_no_sink_is_legal() -> None:
    settings = Settings(notify=NotifySettings(console=False, file=None))
    assert sinks_from(settings, sys.stdout) == ()
