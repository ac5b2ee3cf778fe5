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


class Urgency(StrEnum):
    """How fast an order walks from the middle of the spread to its far side."""

    PATIENT = "patient"
    NORMAL = "normal"
    URGENT = "urgent"
    IMMEDIATE = "immediate"


class LastOrder(StrEnum):
    """What is done with what the limits of a line left."""

    MARKET = "market"
    CLOSING_AUCTION = "cls"
    NONE = "none"


class Requote(StrEnum):
    """How an order gives way to the next one of its line."""

    CANCEL = "cancel"
    REPLACE = "replace"


class AtDeadline(StrEnum):
    """What is done at the deadline with what is open."""

    MARKET = "market"
    CANCEL = "cancel"


class PlanApproval(StrEnum):
    """Whether a plan waits for a person's approval before anything is sent."""

    NONE = "none"
    REQUIRED = "required"


class AfterFailure(StrEnum):
    """What recovery does with the rest of a plan whose run failed: leave it, or carry it on, once."""

    STOP = "stop"
    RESUME = "resume"


class BrokerClock(StrEnum):
    """Whose time is it: this machine's, or that of a look-alike that can be wound on."""

    SYSTEM = "system"
    LOOK_ALIKE = "look-alike"


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
