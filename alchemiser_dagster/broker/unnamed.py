"""Take whose account it is out of a line of JSON, and everything secret (R-17)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from alchemiser_dagster.settings.secrets import MASK, SHORTEST_SECRET, mask

NAMES_AN_ACCOUNT: Final = re.compile(r'"account_(?:number|id)\\?":\s*\\?"([^"\\]+)')
ID: Final = re.compile(r'"id\\?":\s*\\?"([^"\\]+)')
OF_THE_ACCOUNT: Final = "/v2/account"


class Unnamed:
    """Masks secrets, and numbers of accounts wherever they come again after they were told once."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)
        self._accounts: frozenset[str] = frozenset()

    def __call__(self, line: str, call: str) -> str:
        """Return the line of a call without anything that names the account or opens it."""
        found = set(NAMES_AN_ACCOUNT.findall(line))
        if call.endswith(OF_THE_ACCOUNT):
            found |= set(ID.findall(line))
        if not found <= self._accounts:
            self._accounts |= {name for name in found if len(name) >= SHORTEST_SECRET}
        for account in self._accounts:
            line = line.replace(account, MASK)
        return mask(line, self._secrets)
