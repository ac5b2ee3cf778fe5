"""Keep every request to the broker and its answer, line by line; a file that can't be written is let be.

Nothing waits for the disk: a line is handed to the operating system, which keeps it also when this process
dies. What comes in here may be anything that a server can say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Final, TextIO

from pydantic import JsonValue
from pydantic_core import from_json

from alchemiser_dagster.broker.call_records import CallRecord, call_file
from alchemiser_dagster.broker.calls import Call
from alchemiser_dagster.broker.unnamed import Unnamed
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.telemetry.span_ids import span_of_call

LOG = logger_named(__name__)
LARGEST_ANSWER: Final = 256 * 2**10
KEPT_OF_LARGER: Final = 2**12

Listener = Callable[[CallRecord], None]


@dataclass(frozen=True)
class CallPlace:
    """Where calls are made now: the session and run that they are kept under, and the span of the step."""

    session: date | None
    run_id: str
    span_id: str


class CallLog:
    """Keeps the calls of one run; between its steps, and outside of a run, none.

    Parameters
    ----------
    folder
        The one of everything that is kept.
    now
        What time it is, on the clock that a person lives by.
    secrets
        Texts that are masked in every line, longest first.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime], secrets: Sequence[str]) -> None:
        self._folder = folder
        self._now = now
        self._unnamed = Unnamed(secrets)
        self._lock = Lock()
        self._place: CallPlace | None = None
        self._listener: Listener | None = None
        self._numbers: dict[str, int] = {}
        self._file: TextIO | None = None
        self._is_broken = False

    @property
    def listens(self) -> bool:
        """Whether a step is being made."""
        return self._place is not None

    def begin(self, place: CallPlace, listener: Listener | None = None) -> None:
        """Keep what comes from now on as calls of the step, and hand each to the listener."""
        with self._lock:
            self._place, self._listener = place, listener

    def end(self) -> None:
        """Keep nothing from now on."""
        with self._lock:
            self._place = self._listener = None

    def tell(self, call: Call) -> None:
        """Keep the call; never raises."""
        with self._lock:
            if self._place is None:
                return
            record = self._record(call, self._place)
            self._write(self._unnamed(record.model_dump_json(), call.name), self._place)
            if self._listener is not None:
                self._listener(record)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._place = self._listener = None
            self._let_go()

    def _record(self, call: Call, place: CallPlace) -> CallRecord:
        number = self._numbers.get(place.span_id, 0) + 1
        self._numbers = {place.span_id: number}
        return CallRecord(
            at=self._now(),
            span_id=place.span_id,
            call_id=span_of_call(place.span_id, number),
            call=call.name,
            request=dict(call.request),
            status=call.status,
            answer=_readable(call.answer),
            seconds=round(call.seconds, 6),
            error=call.error,
            request_id=call.request_id,
        )

    def _write(self, line: str, place: CallPlace) -> None:
        if self._is_broken:
            return
        try:
            if self._file is None:
                self._file = _opened(call_file(self._folder, place.session, place.run_id))
            self._file.write(f"{line}\n")
            self._file.flush()
        except OSError as error:
            self._is_broken = True
            self._let_go(error)

    def _let_go(self, error: OSError | None = None) -> None:
        """Close the file; say once what it lost, if anything."""
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError as lost:
            error = error or lost
        if error is not None:
            LOG.warning(
                "requests and answers are not kept", error=type(error).__name__, reason=error.strerror
            )


def _opened(file: Path) -> TextIO:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.open("a", encoding="utf-8", errors="replace")


def _readable(answer: bytes | None) -> JsonValue:
    """Return an answer as JSON; as text where it is none, and how it begins where it is large."""
    if not answer:
        return None
    if len(answer) > LARGEST_ANSWER:
        begins = answer[:KEPT_OF_LARGER].decode("utf-8", "replace")
        return {"note": f"the answer had {len(answer)} bytes; this is how it begins", "begins": begins}
    try:
        content: JsonValue = from_json(answer, allow_inf_nan=False)
    except ValueError:
        return answer.decode("utf-8", "replace")
    return content
