"""What an exception of the HTTP library means: surely nothing was sent, or something may have been."""

from __future__ import annotations

from ssl import SSLCertVerificationError
from typing import Final

from requests.exceptions import InvalidProxyURL, InvalidSchema, InvalidURL, MissingSchema, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from alchemiser_dagster.broker.alpaca.exchange import Broken, Unsent

UNUSABLE_ADDRESS: Final = (InvalidURL, InvalidSchema, MissingSchema, InvalidProxyURL)


def outcome_of(error: OSError | HTTPError) -> Unsent | Broken:
    """Return what is known of a request that ended in an error.

    Only failures before the first byte of the request count as unsent: no name, no connection, a certificate
    that is not trusted. Any other failure of TLS may come in the middle, so it doesn't count.
    """
    reason = _unsent_reason(error)
    if reason is not None:
        return Unsent(reason, is_passing=True)
    if isinstance(error, UNUSABLE_ADDRESS):
        return Unsent("its address can't be used", is_passing=False, is_lasting=True)
    if isinstance(error, Timeout | ReadTimeoutError | TimeoutError):
        return Broken("there was no answer in time")
    return Broken("the connection broke before the answer was whole")


def _unsent_reason(error: OSError | HTTPError) -> str | None:
    root = _root_of(error)
    if isinstance(root, ProxyError):
        return _unsent_to_proxy(root)
    if isinstance(root, NameResolutionError):
        return "its name is not known: there is no network, or the address is wrong"
    if isinstance(root, NewConnectionError):
        return "it could not be reached: nobody takes the connection"
    if isinstance(root, ConnectTimeoutError):
        return "it could not be reached in time"
    if isinstance(root, SSLError) and _is_untrusted(root):
        return "its certificate is not trusted"
    return None


def _unsent_to_proxy(error: ProxyError) -> str | None:
    """Return a reason only where the proxy was not reached; one that broke off is reported the same way."""
    if isinstance(error.original_error, NewConnectionError | ConnectTimeoutError):
        return "the proxy on the way to it can't be reached"
    return None


def _root_of(error: BaseException) -> BaseException:
    inner = error.args[0] if error.args else None
    return inner.reason or inner if isinstance(inner, MaxRetryError) else error


def _is_untrusted(error: SSLError) -> bool:
    return bool(error.args) and isinstance(error.args[0], SSLCertVerificationError)
