"""What the adapter needs of a client: the public methods of alpaca-py's clients that send."""

from __future__ import annotations

from typing import Protocol


class Client(Protocol):
    """Sends requests and returns plain JSON. Paths begin after the version: `/orders`."""

    def get(self, path: str, data: dict[str, str] | None = None) -> object:
        """Ask; raise `BrokerError` where there is no answer."""
        ...

    def post(self, path: str, data: dict[str, object] | None = None) -> object:
        """Send once; raise `OrderError` where that did not end well."""
        ...

    def patch(self, path: str, data: dict[str, object] | None = None) -> object:
        """Send once; raise `OrderError` where that did not end well."""
        ...

    def delete(self, path: str) -> object:
        """Send once; raise `OrderError` where that did not end well."""
        ...

    def await_turn(self) -> None:
        """Keep a turn for this thread's next request, if there is one in time."""
        ...
