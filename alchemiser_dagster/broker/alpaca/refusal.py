"""Why Alpaca said no, in its own words, with everything secret masked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from alchemiser_dagster.broker.alpaca.exchange import Answer
from alchemiser_dagster.broker.alpaca.payload import json_of, object_of, text_of

LONGEST_MESSAGE: Final = 300
ID_REPEATED: Final = re.compile(
    r"client.?order.?id.*(unique|duplicat|exist|already|used)", re.IGNORECASE | re.DOTALL
)
NOT_FOUND: Final = re.compile(r"not.?found|does not exist|could not find|no .*found", re.IGNORECASE)
NOT_FOUND_CODES: Final = range(40_400_000, 40_500_000)


@dataclass(frozen=True)
class Refusal:
    """An answer that is not a success.

    Parameters
    ----------
    code
        Alpaca's own code, such as 40310000; None where the answer has none.
    message
        Alpaca's words, at most 300 characters; empty where the answer is not in Alpaca's format.
    """

    status: int
    code: int | None
    message: str

    @property
    def words(self) -> str:
        """What is said of it to a person."""
        numbers = f"{self.status}" if self.code is None else f"{self.status}, code {self.code}"
        return f"{self.message} ({numbers})" if self.message else f"the answer is {numbers}"

    @property
    def repeats_client_order_id(self) -> bool:
        """Whether an order with the client order id is there already, however that is worded."""
        return bool(ID_REPEATED.search(self.message))

    @property
    def says_not_found(self) -> bool:
        """Whether Alpaca itself says that there is no such thing; a page of somebody else's doesn't count."""
        if self.status != 404:  # noqa: PLR2004 - HTTP's number
            return False
        return self.code in NOT_FOUND_CODES or bool(NOT_FOUND.search(self.message))


def refusal_of(answer: Answer, masked: Callable[[str], str]) -> Refusal:
    """Return why the server said no.

    Parameters
    ----------
    masked
        Takes everything secret out of a text; the server may repeat what it was sent.
    """
    try:
        content = object_of(json_of(answer.body)) or {}
    except ValueError:
        content = {}
    code = content.get("code")
    message = " ".join(masked(text_of(content.get("message")) or "").split())
    return Refusal(
        status=answer.status,
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        message=message[:LONGEST_MESSAGE],
    )
