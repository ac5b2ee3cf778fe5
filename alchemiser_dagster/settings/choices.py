"""The words that a setting may be, where it is one of a few."""

from __future__ import annotations

from enum import StrEnum


class BarSourceName(StrEnum):
    """Where bars come from."""

    SIMULATED = "simulated"
    FILE = "file"
    ALPACA = "alpaca"


class DataFeed(StrEnum):
    """Which of Alpaca's feeds is read: all exchanges, or IEX alone."""

    SIP = "sip"
    IEX = "iex"


class LogLevel(StrEnum):
    """The least severe line that is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """How a line of the log is written: for people, or one JSON object per line."""

    CONSOLE = "console"
    JSON = "json"
