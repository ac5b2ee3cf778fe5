"""Where requests go, and what may not be told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from alchemiser_dagster.settings.secrets import mask


@dataclass(frozen=True)
class WireTerms:
    """Where requests go, and how long an answer is waited for.

    Parameters
    ----------
    base_url
        Without a path, such as `https://paper-api.alpaca.markets`.
    timeout
        Seconds until the answer begins, and between its parts; three times as long until it is whole.
    secrets
        Texts that are masked in whatever the server says, longest first.
    """

    base_url: str
    timeout: float
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def host(self) -> str:
        """Name of the server, for messages."""
        return urlsplit(self.base_url).netloc

    def masked(self, text: str) -> str:
        """Return what the server said without anything secret."""
        return mask(text, self.secrets)
