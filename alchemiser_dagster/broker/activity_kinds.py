"""What a broker's word for an activity means. Source: Alpaca's list of activity types."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from alchemiser_dagster.records.activity import ActivityKind

KINDS: Final[Mapping[str, ActivityKind]] = MappingProxyType(
    {
        "DIV": ActivityKind.DIVIDEND,
        "DIVCGL": ActivityKind.DIVIDEND,
        "DIVCGS": ActivityKind.DIVIDEND,
        "DIVFT": ActivityKind.DIVIDEND,
        "DIVNRA": ActivityKind.DIVIDEND,
        "DIVROC": ActivityKind.DIVIDEND,
        "DIVTW": ActivityKind.DIVIDEND,
        "DIVTXEX": ActivityKind.DIVIDEND,
        "INT": ActivityKind.INTEREST,
        "INTNRA": ActivityKind.INTEREST,
        "INTTW": ActivityKind.INTEREST,
        "FEE": ActivityKind.FEE,
        "CFEE": ActivityKind.FEE,
        "DIVFEE": ActivityKind.FEE,
        "PTC": ActivityKind.FEE,
        "PTR": ActivityKind.FEE,
        "CSD": ActivityKind.DEPOSIT,
        "CSW": ActivityKind.WITHDRAWAL,
        "JNLS": ActivityKind.TRANSFER,
        "ACATS": ActivityKind.TRANSFER,
        "SPLIT": ActivityKind.SPLIT,
        "SSP": ActivityKind.SPLIT,
        "NC": ActivityKind.SYMBOL_CHANGE,
        "SC": ActivityKind.SYMBOL_CHANGE,
    }
)
EITHER_WAY: Final = frozenset({"TRANS", "JNL", "JNLC", "ACATC"})


def kind_of(raw_kind: str, quantity: Decimal, amount: Decimal) -> ActivityKind:
    """Return what a broker's word means; money that moves either way is told apart by its sign.

    A word that nobody knows, and one for an exchange of shares that needs a person to look at it (a merger,
    a spin-off, a reorganisation), is `OTHER`.
    """
    word = raw_kind.upper()
    if word not in EITHER_WAY:
        return KINDS.get(word, ActivityKind.OTHER)
    if quantity:
        return ActivityKind.TRANSFER
    return ActivityKind.WITHDRAWAL if amount < 0 else ActivityKind.DEPOSIT
