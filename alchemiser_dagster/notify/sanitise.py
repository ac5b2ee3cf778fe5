"""Texts as they may leave the system: no secret, no stack trace, no endless page (R-17)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from alchemiser_dagster.settings.secrets import mask

LONGEST_TEXT = 8_000
TRACE_HEADER = re.compile(r"(Exception Group )?Traceback \(most recent call last\):|Stack Trace:")
FRAME = re.compile(r'[\s|+]*File ".*", line \d+')
CHAINED = re.compile(
    r"(During handling of the above exception|The above exception was (the direct cause|caused by|occurred))"
)
INSIDE_TRACE = re.compile(r"[\s|+]|$")


def sanitise(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text with secrets masked, stack traces taken out, and cut at 8,000 characters.

    Of a trace its last line stays: the error's type and message.
    """
    masked = mask("\n".join(_without_traces(text.splitlines())), secrets)
    return masked if len(masked) <= LONGEST_TEXT else f"{masked[:LONGEST_TEXT]}…"


def _without_traces(lines: Iterable[str]) -> Iterator[str]:
    inside = after = False
    for line in lines:
        header = TRACE_HEADER.search(line)
        if header or FRAME.match(line) or CHAINED.match(line):
            inside = True
            if header and (before := line[: header.start()].strip(" \t|+")):
                yield before
        elif not (inside and INSIDE_TRACE.match(line)) and (line.strip() or not after):
            after, inside = inside or (after and not line.strip()), False
            yield line
