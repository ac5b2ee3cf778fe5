"""The taxonomy of failures: every error that the system raises itself, under one base.

A message names the thing, the place and the remedy (R-18). The type decides what happens next (R-15):
`exit_code` is what the command line returns, `code` is what a notice and a log line carry.
"""

from __future__ import annotations

from typing import ClassVar


class AlchemiserError(Exception):
    """Something went wrong that the system understands.

    Parameters
    ----------
    what
        One sentence naming the thing that is wrong, without a final full stop.
    where
        The file, line, setting, symbol or session it is about.
    remedy
        What the person can do about it.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return the whole message: place, thing, remedy."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.remedy}" if self.remedy else head


class ConfigurationError(AlchemiserError):
    """A setting, file or key that a person chose can't be used."""

    code = "configuration"
    exit_code = 2


class StrategyError(AlchemiserError):
    """A symphony can't be read, or has no meaning."""

    code = "strategy"
    exit_code = 2


class NoSignalError(AlchemiserError):
    """A strategy has no signal for the session that is to be traded."""

    code = "no-signal"


class DataError(AlchemiserError):
    """Market data is missing, malformed or contradicts itself."""

    code = "data"
    exit_code = 2


class DataUnavailableError(DataError):
    """Market data is not there yet: asking the same again later may go well."""

    code = "data-unavailable"


class SessionError(AlchemiserError):
    """A date is no trading session, or not the session that may be traded now."""

    code = "session"
    exit_code = 2


class BrokerError(AlchemiserError):
    """The broker can't be asked, or its answer can't be used; nothing was ordered by the call."""

    code = "broker"


class BrokerUnavailableError(BrokerError):
    """The broker can't be asked at present: asking the same again later may go well."""

    code = "broker-unavailable"


class OrderError(BrokerError):
    """A request that changes an order did not end well; the subclass says what is known of its fate."""

    code = "order"


class OrderRejectedError(OrderError):
    """The broker said no: the order does not exist."""

    code = "order-rejected"


class DuplicateOrderError(OrderRejectedError):
    """The broker already has an order with the client order id: ask for it, and adopt it (R-26)."""

    code = "order-duplicate"


class OrderNotSentError(OrderError):
    """The request never left this machine: the order does not exist."""

    code = "order-not-sent"


class OrderFateUnknownError(OrderError):
    """Nobody knows whether the order exists until the broker is asked by its client order id (R-26)."""

    code = "order-unknown"


class RiskError(AlchemiserError):
    """A guard refused: doing nothing is better than doing something wrong (R-32)."""

    code = "risk"


class LimitError(RiskError):
    """The risk gate refused a plan: it would pass a limit, or something the gate must know is not known."""

    code = "limit"


class SanityError(RiskError):
    """What is to be traded looks so unlike what was traded before that a person has to approve it first."""

    code = "sanity"


class HaltedError(RiskError):
    """Trading is halted until a person resumes it."""

    code = "halted"


class ApprovalWantedError(RiskError):
    """The plan is made and waits for a person's approval; nothing was sent."""

    code = "approval"


class BusyError(AlchemiserError):
    """Another trading run holds the account (R-20)."""

    code = "busy"


class SupersededError(BusyError):
    """Another plan was begun in the place of this one; take a new snapshot and plan again (R-20)."""

    code = "superseded"


class StorageError(AlchemiserError):
    """The ledger or a table can't be read or written, or is not what was written."""

    code = "storage"


class NotificationError(AlchemiserError):
    """A notice could not be delivered."""

    code = "notification"
