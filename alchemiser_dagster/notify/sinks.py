"""Where notices go: the console, a file, and every service that Apprise knows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TextIO

from alchemiser_dagster.notify.apprise_sink import AppriseSink
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.settings.tree import Settings


class Sink(Protocol):
    """A place that notices are delivered to."""

    @property
    def name(self) -> str:
        """What tells the sink apart from the others, the same in every process: at most 31 characters."""
        ...

    def deliver(self, notice: Notice) -> None:
        """Deliver the notice, or raise."""
        ...


class ConsoleSink:
    """Prints notices to a stream."""

    name = "console"

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

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, notice: Notice) -> None:
        """Append the notice in one write and wait until the disk has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(notice.model_dump(mode="json"), ensure_ascii=False) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())
            os.fsync(file.fileno())


def sinks_from(settings: Settings, console: TextIO) -> tuple[Sink, ...]:
    """Return the sinks that the settings name; the console prints to the stream."""
    return tuple(_sinks(settings, console))


def _sinks(settings: Settings, console: TextIO) -> Iterator[Sink]:
    if settings.notify.console:
        yield ConsoleSink(console)
    if settings.notices_file is not None:
        yield FileSink(settings.notices_file)
    for url in dict.fromkeys(settings.notify.urls):
        yield AppriseSink(url)
