"""Which parts of a setting are secret, and how they are masked in a text (R-17)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

MASK = "**********"
SHORTEST_SECRET = 4
SHORTEST_TOKEN = 8

ALPACA_KEY_ID = re.compile(r"\b[PA]K[A-Z0-9]{18,24}\b")
PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/@:]*):[^\s/@]+@")


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each secret, each Alpaca key id and each password in a URL masked.

    Secrets are masked in the order given: longest first, where one may hold another. One of fewer than
    four characters is left, because it would mask ordinary words.
    """
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    text = ALPACA_KEY_ID.sub(MASK, text)
    return PASSWORD_IN_URL.sub(rf"\1:{MASK}@", text)


def database_secrets(url: str) -> frozenset[str]:
    """Return the password of a database URL as it is written and as it is meant; empty without one."""
    password = _password_of(url)
    return frozenset({password, unquote(password)} - {""})


def notification_secrets(url: str) -> frozenset[str]:
    """Return an Apprise URL and the parts of it that look like a token.

    Services put their tokens anywhere: as user, password, host, path or query. A part of eight characters
    or more without a dot counts as one.
    """
    address = urlsplit(url)
    user, _, host = address.netloc.rpartition("@")
    parts = [user.partition(":")[0], *host.split(":"), *address.path.split("/")]
    parts += [value for _, value in parse_qsl(address.query)]
    tokens = {part for part in parts if len(part) >= SHORTEST_TOKEN and "." not in part}
    return frozenset({url, _password_of(url)} | tokens) - {""}


def _password_of(url: str) -> str:
    user, _, _ = urlsplit(url).netloc.rpartition("@")
    return user.partition(":")[2]
