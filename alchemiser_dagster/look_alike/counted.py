"""What faults that count have in common."""

from __future__ import annotations

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen


class Counted(Frozen):
    """A fault that counts what it matches.

    Parameters
    ----------
    nth
        The first match on which it fires, from 1.
    times
        On how many matches in a row it fires; None: on all from then on.
    """

    nth: int = Field(default=1, ge=1)
    times: int | None = Field(default=1, ge=1)
