"""Where notices go: the console, a file, and every service that Apprise knows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TextIO

from alchemiser_dagster.notify.apprise_sink import AppriseSink
from alchemiser_dagster.notify.notice import Notice, NoticeLevel
from alchemiser_dagster.settings.tree import Settings

LEVELS = tuple(NoticeLevel)


class Sink(Protocol):
    """A place that notices are delivered to."""

    @property
    def name(self) -> str:
        """What tells the sink apart from the others, the same in every process: at most 31 characters."""
        ...

    @property
    def level(self) -> NoticeLevel:
        """The least level that is delivered."""
        ...

    @property
    def is_paging(self) -> bool:
        """Whether it may take its time and is spared the same failure over and over: a service is."""
        ...

    def deliver(self, notice: Notice) -> None:
        """Deliver the notice, or raise."""
        ...


class ConsoleSink:
    """Prints notices to a stream."""

    name = "console"
    level = NoticeLevel.INFO
    is_paging = False

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def deliver(self, notice: Notice) -> None:
        """Print the title, and the body indented."""
        lines = [
            f"[{notice.level.value}] {notice.title}",
            *(f"  {line}" for line in notice.body.splitlines()),
        ]
        self._stream.write("\n".join(lines) + "\n")
        self._stream.flush()


class FileSink:
    """Appends notices to a file, one JSON object per line."""

    name = "file"
    level = NoticeLevel.INFO
    is_paging = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, notice: Notice) -> None:
        """Append the notice in one write and wait until the disk has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(notice.model_dump(mode="json"), ensure_ascii=False) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())
            os.fsync(file.fileno())


def takes(sink: Sink, level: NoticeLevel) -> bool:
    """Return whether the sink is told of notices of the level."""
    return LEVELS.index(level) >= LEVELS.index(sink.level)


def sinks_from(settings: Settings, console: TextIO) -> tuple[Sink, ...]:
    """Return the sinks that the settings name; the console prints to the stream."""
    return tuple(_sinks(settings, console))


def services_from(settings: Settings) -> tuple[AppriseSink, ...]:
    """Return the services that the settings name, each address once."""
    chosen, seconds = settings.notify, settings.notify.wait_seconds
    services = [AppriseSink(url, seconds=seconds) for url in chosen.urls]
    services += [
        AppriseSink(channel.url, NoticeLevel(channel.level), channel.name, seconds)
        for channel in chosen.channels
    ]
    by_address = {service.address: service for service in reversed(services)}
    return tuple(service for service in services if by_address[service.address] is service)


def _sinks(settings: Settings, console: TextIO) -> Iterator[Sink]:
    if settings.notify.console:
        yield ConsoleSink(console)
    if settings.notices_file is not None:
        yield FileSink(settings.notices_file)
    yield from services_from(settings)
