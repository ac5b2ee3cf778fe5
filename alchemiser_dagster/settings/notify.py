"""Who is told what a run did: console, file, and services by their Apprise URLs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from alchemiser_dagster.settings.secrets import MASK
from alchemiser_dagster.settings.section import CanBeEmpty, Section

OWN_NAMES = frozenset({"console", "file"})


class ChannelSettings(Section):
    """A service that is told from a level on."""

    url: SecretStr = Field(min_length=1, description="Apprise URL of the service")
    level: Literal["info", "warning", "error"] = Field(
        default="info", description="Least level that is sent: info, warning or error. Default: info"
    )
    name: Annotated[str | None, CanBeEmpty] = Field(
        default=None,
        pattern=r"^[a-z0-9_-]{1,31}$",
        description="What the service is called: 1 to 31 small letters, digits, - and _. "
        "Default: its kind and a part of its URL's hash",
    )

    def __str__(self) -> str:
        """Return its name and its level; never its URL (R-17)."""
        return f"{self.name or MASK} ({self.level})"


def _require_own_names(channels: tuple[ChannelSettings, ...]) -> tuple[ChannelSettings, ...]:
    names = Counter(channel.name for channel in channels if channel.name is not None)
    repeated = sorted(name for name, count in names.items() if count > 1 or name in OWN_NAMES)
    if repeated:
        raise ValueError(f"must have names of their own, other than {', '.join(repeated)}")
    return channels


class NotifySettings(Section):
    """Who is told what a run did."""

    urls: tuple[SecretStr, ...] = Field(
        default=(),
        description="Apprise URLs that notices of all levels are sent to: a list. Default: none",
    )
    channels: Annotated[tuple[ChannelSettings, ...], AfterValidator(_require_own_names)] = Field(
        default=(),
        repr=False,
        description="Services with a level: a list of url, level and name. Default: none",
    )
    console: bool = Field(default=True, description="Whether notices are printed. Default: true")
    file: Annotated[Path | None, CanBeEmpty] = Field(
        default=Path("notices.log"),
        description="File that notices are appended to, relative to data_dir; empty for none. "
        "Default: notices.log",
    )
    quiet_minutes: int = Field(
        default=240,
        ge=0,
        le=10_080,
        description="Minutes within which services are told of the same failure once: 0 to 10080. "
        "Console and file are told always. Default: 240",
    )
    wait_seconds: int = Field(
        default=5,
        ge=1,
        le=10,
        description="Seconds that a service may take to answer, and a run waits for all of them: 1 to 10. "
        "What is not sent by then is sent later. Default: 5",
    )
    give_up_hours: int = Field(
        default=24,
        ge=1,
        le=720,
        description="Hours after which an unsent notice is no longer tried, but still shown: 1 to 720. "
        "Default: 24",
    )

    @property
    def addresses(self) -> tuple[SecretStr, ...]:
        """The URLs of every service."""
        return (*self.urls, *(channel.url for channel in self.channels))
