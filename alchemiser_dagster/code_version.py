"""Which code this is: a decision, its plan and its execution are made by the same one."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

from alchemiser_dagster import __version__

PACKAGE = Path(__file__).parent
SHOWN_DIGITS = 12
MATHEMATICS = ("numpy", "pandas")


def code_version(package: Path = PACKAGE, beneath: str | None = None) -> str:
    """Return the version of the package and the first digits of a SHA-256 of all that computes.

    That is each of its Python files, and what lies beneath by its version: Python, and the libraries whose
    arithmetic a signal is made of. Another one of them may change a bit.
    """
    digest = hashlib.sha256((foundation() if beneath is None else beneath).encode())
    for file in sorted(package.rglob("*.py")):
        name, content = file.relative_to(package).as_posix(), file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"{__version__}+{digest.hexdigest()[:SHOWN_DIGITS]}"


def foundation() -> str:
    """Return the versions of Python and of the libraries that compute, in one line."""
    libraries = (f"{name} {version(name)}" for name in MATHEMATICS)
    return ", ".join((f"python {platform.python_version()}", *libraries))
