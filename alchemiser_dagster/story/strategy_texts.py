"""The texts of strategies as they were when signals were made of them, each under its own hash."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from alchemiser_dagster.errors import StorageError

FOLDER = "strategies"
SUFFIX = ".txt"


@dataclass(frozen=True)
class StrategyTexts:
    """The folder `strategies` of the data folder: what is kept there never changes."""

    data_dir: Path

    def keep(self, text: str) -> str:
        """Keep a text, once, and return its SHA-256.

        Raises
        ------
        StorageError
            If it can't be written: a decision that can't be replayed is not made.
        """
        digest = text_digest(text)
        file = self._file(digest)
        try:
            if not file.exists():
                _write_whole(file, text.encode())
        except OSError as error:
            raise StorageError(
                f"the text of a strategy can't be kept: {error.strerror}",
                where=str(file),
                remedy="Check that the disk is writable and not full",
            ) from error
        return digest

    def find(self, digest: str) -> str | None:
        """Return the text with the hash, or None where it is not kept, or not what was written."""
        try:
            text = self._file(digest).read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            return None
        return text if text_digest(text) == digest else None

    def _file(self, digest: str) -> Path:
        return self.data_dir / FOLDER / f"{digest}{SUFFIX}"


def text_digest(text: str) -> str:
    """Return the SHA-256 of a strategy's text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _write_whole(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, delete=False) as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    Path(written.name).replace(file)
