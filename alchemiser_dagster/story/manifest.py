"""What is in a bundle: its version, what it is about, and a hash of each file."""

from __future__ import annotations

import hashlib
from datetime import date

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.plan import PlanRules
from alchemiser_dagster.records.values import Mode, Weight

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
SETTINGS = "settings.json"
RECORDS = "records.jsonl"
STRATEGIES = "strategies"
BARS = "bars"


class BundledFile(Frozen):
    """A file of the bundle and its SHA-256."""

    name: str = Field(min_length=1)
    sha256: str


class BundledStrategy(Frozen):
    """A strategy as it was: its file in the bundle, its share, and the hash of its meaning."""

    name: str
    file: str
    share: Weight | None
    digest: str


class BundledSettings(Frozen):
    """The settings that decide what is planned; `rules` is None where no plan was made."""

    mode: Mode
    rules: PlanRules | None
    strategies: tuple[BundledStrategy, ...]


class DecisionIds(Frozen):
    """The ids of the records of the decision; None where it did not come so far."""

    data: tuple[str, ...]
    signals: tuple[str, ...]
    target: str | None
    snapshot: str | None
    comparison: str | None
    plan: str | None


class Manifest(Frozen):
    """The first file of a bundle.

    Parameters
    ----------
    code_version
        The code that made the signals, or the first record; empty where there is none.
    is_masked
        Whether the account's name is secret, and masked everywhere: ids that depend on it can't be computed
        again then.
    lacking
        What could not be put in, and why.
    """

    schema_version: int = SCHEMA_VERSION
    correlation_id: str
    session: date | None
    mode: Mode
    code_version: str
    is_masked: bool
    decision: DecisionIds
    lacking: tuple[str, ...]
    files: tuple[BundledFile, ...]


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
