"""Why a read failed, and what the person can do (R-18).

Keys that are not accepted (401, 403) are said at once, with the settings to check; so is a feed that the
account's plan does not allow. What may pass is said only after a few attempts.
"""

from __future__ import annotations

from typing import Final

from alchemiser_dagster.broker.alpaca.exchange import Answer, Broken, Outcome, Unsent
from alchemiser_dagster.broker.alpaca.refusal import Refusal, refusal_of
from alchemiser_dagster.broker.alpaca.terms import WireTerms
from alchemiser_dagster.errors import BrokerError, BrokerUnavailableError

TOO_MANY_REQUESTS: Final = 429
PASSING: Final = frozenset({408, 425, TOO_MANY_REQUESTS})
FIRST_SERVER_ERROR: Final = 500
REDIRECTIONS: Final = range(300, 400)
CHECK_KEYS: Final = (
    "Check alpaca.key_id and alpaca.secret_key: the keys of a paper account work in paper mode only, "
    "those of a live account in live mode only"
)
CHECK_FEED: Final = (
    "Choose a feed that the plan of the account allows: "
    "market_data.feed for bars, market_data.quote_feed for quotes and latest prices"
)
CHECK_ADDRESS: Final = "Check alpaca.base_url"
AGAIN: Final = "then run again: no order is sent a second time"
TRY_LATER: Final = f"Check the network and https://status.alpaca.markets, {AGAIN}"
TRY_ELSEWHERE: Final = f"Check the network, and that alpaca.base_url names a running server, {AGAIN}"
WAIT: Final = f"Let others who use the account's keys end, {AGAIN}"
ALPACA: Final = "alpaca.markets"


class ReadError(BrokerError):
    """A read that failed for a reason that asking again does not change.

    Parameters
    ----------
    refusal
        What the server said; None where it said nothing.
    """

    def __init__(self, what: str, *, where: str, remedy: str, refusal: Refusal | None = None) -> None:
        self.refusal = refusal
        super().__init__(what, where=where, remedy=remedy)


class UnavailableReadError(ReadError, BrokerUnavailableError):
    """A read that failed for a reason that is over after a while; asking again at once is of no use."""


class PassingReadError(UnavailableReadError):
    """A read that failed for a reason that may pass at once."""


def error_of(terms: WireTerms, outcome: Outcome) -> ReadError:
    """Return the error that says why there is no answer, and what to do."""
    host, remedy = terms.host, _later(terms.host)
    match outcome:
        case Unsent(reason=reason):
            return _kind_of(outcome)(f"the broker can't be asked: {reason}", where=host, remedy=remedy)
        case Broken(reason=reason):
            return PassingReadError(f"the broker's answer is lost: {reason}", where=host, remedy=remedy)
        case Answer():
            return _error_of_answer(terms, outcome)


def _kind_of(unsent: Unsent) -> type[ReadError]:
    if unsent.is_lasting:
        return ReadError
    return PassingReadError if unsent.is_passing else UnavailableReadError


def _error_of_answer(terms: WireTerms, answer: Answer) -> ReadError:
    refusal = refusal_of(answer, terms.masked)
    words, host, status = refusal.words, terms.host, answer.status
    if status in PASSING or status >= FIRST_SERVER_ERROR:
        remedy = WAIT if status == TOO_MANY_REQUESTS else _later(host)
        return PassingReadError(f"the broker fails: {words}", where=host, remedy=remedy, refusal=refusal)
    return ReadError(f"the broker refuses: {words}", where=host, remedy=_remedy(refusal), refusal=refusal)


def _later(host: str) -> str:
    return TRY_LATER if host.endswith(ALPACA) else TRY_ELSEWHERE


def _remedy(refusal: Refusal) -> str:
    if "subscription" in refusal.message.lower():
        return CHECK_FEED
    if refusal.status in {401, 403}:
        return CHECK_KEYS
    if refusal.status in REDIRECTIONS or (refusal.status == 404 and not refusal.says_not_found):  # noqa: PLR2004
        return CHECK_ADDRESS
    return TRY_LATER
