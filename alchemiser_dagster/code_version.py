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
        name, content = file.relative_to(package).as_posix(), file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"{__version__}+{digest.hexdigest()[:SHOWN_DIGITS]}"
