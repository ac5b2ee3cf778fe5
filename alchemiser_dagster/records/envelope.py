"""The envelope that every record travels in: who made it, when, out of what (R-07)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from alchemiser_dagster.records.values import Instant


class Frozen(BaseModel):
    """A value that never changes: strict types, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Envelope(Frozen):
    """Identity and origin of a record.

    Parameters
    ----------
    record_id
        The record's own id.
    correlation_id
        One id from the first record of a run to the last notice (R-11).
    causation_id
        The id of the record or run that caused this one (R-12).
    run_id
        The run in which it was made.
    account
        The account that the run is for.
    source
        The step that made it.
    created_at
        When, on the injected clock.
    code_version
        The code that made it; empty in records from before it was kept.
    """

    record_id: str = Field(min_length=1)
    correlation_id: str = Field(min_length=1)
    causation_id: str = Field(min_length=1)
    run_id: str = Field(min_length=1)
    account: str = Field(min_length=1)
    source: str = Field(min_length=1)
    created_at: Instant
    code_version: str = ""


class RunIdentity(Frozen):
    """Which run a record is made in, and the correlation id that it shares with runs before and after."""

    run_id: str = Field(min_length=1)
    correlation_id: str = Field(min_length=1)


class Record(Frozen):
    """Something that happened in a trading session, kept in the journal for good."""

    kind: ClassVar[str]

    schema_version: Literal[1] = 1
    envelope: Envelope
    session: date
