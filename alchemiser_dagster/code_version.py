"""Which code this is: a decision, its plan and its execution are made by the same one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from alchemiser_dagster import __version__

PACKAGE = Path(__file__).parent
SHOWN_DIGITS = 12


def code_version(package: Path = PACKAGE) -> str:
    """Return the version of the package and the first digits of the SHA-256 of all its Python files."""
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:SHOWN_DIGITS]}"
