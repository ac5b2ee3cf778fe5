"""How often a step that only reads is repeated, where its error may pass."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alchemiser_dagster.settings.section import Section

WaitSeconds = Annotated[int, Field(ge=0, le=600)]


class RetrySettings(Section):
    """Patience with a broker or a source of bars that can't be asked at the moment."""

    waits_seconds: Annotated[tuple[WaitSeconds, ...], Field(min_length=1, max_length=20)] = Field(
        default=(15, 30, 60),
        description="Seconds before each repetition of a step that only reads; the last number stands for "
        "all that follow: 1 to 20 numbers from 0 to 600. Default: [15, 30, 60]",
    )
    most: int = Field(
        default=20,
        ge=0,
        le=100,
        description="The most repetitions of one step: 0 (none) to 100. Default: 20",
    )
    margin_seconds: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="Seconds before trading.deadline_seconds after which no step of a trading day is "
        "repeated: 0 to 3600. Default: 60",
    )

    def wait(self, repetition: int) -> int:
        """Return the seconds before a repetition; the first is number 1."""
        return self.waits_seconds[min(repetition, len(self.waits_seconds)) - 1]
