"""Requests and answers as they are kept: one line of JSON each, in a file for each run, without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import JsonValue, ValidationError

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant

FOLDER: Final = "requests"
NO_SESSION: Final = "no-session"


class CallRecord(Frozen):
    """One request and its answer.

    Parameters
    ----------
    at
        When the answer was there, or was given up, on the clock that a person lives by.
    span_id
        The step in which it was made.
    call_id
        Its own span.
    call
        Method and path, such as `POST /v2/orders`; in simulated mode the name of the broker's method.
    request
        Query and body, or the arguments of the method.
    status
        The server's; None where there is none.
    answer
        What came back; None where nothing did. Of a large one, how it begins and its size.
    error
        Why there is no answer; None where there is one.
    request_id
        The server's own name for the request: what its support asks for.
    """

    at: Instant
    span_id: str
    call_id: str
    call: str
    request: dict[str, JsonValue]
    status: int | None = None
    answer: JsonValue = None
    seconds: float
    error: str | None = None
    request_id: str | None = None


def call_file(folder: Path, session: date | None, run_id: str) -> Path:
    """Return where the calls of a run are kept; `folder` is the one of everything that is kept."""
    return folder / FOLDER / (session.isoformat() if session else NO_SESSION) / f"{run_id}.jsonl"


def calls_of(folder: Path, session: date | None, run_id: str) -> tuple[CallRecord, ...]:
    """Return the calls of a run in their order; none where none were kept.

    A line that can't be read is passed over: it was cut off when the disk was full or the process died.
    """
    file = call_file(folder, session, run_id)
    return tuple(_read(file)) if file.is_file() else ()


def _read(file: Path) -> Iterator[CallRecord]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                yield CallRecord.model_validate_json(line)
            except ValidationError:
                continue
