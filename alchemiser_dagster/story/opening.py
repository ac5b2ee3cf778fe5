"""Open a bundle and trust nothing in it: every file is there, under a plain name, and what was packed.

Nothing is ever unpacked to a disk, so no name in a bundle can lead out of a folder.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.story.manifest import MANIFEST, SCHEMA_VERSION, Manifest, sha256_of

LARGEST = 2**29
"""Most bytes that a bundle may unfold to: a zip file can promise any size."""
REMEDY = "Make the bundle again with `alchemiser story --bundle`"


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle, each as it was packed, and what is said about them."""

    name: str
    manifest: Manifest
    files: Mapping[str, bytes]

    def need(self, name: str) -> bytes:
        """Return a file; raise `DataError` where it is not in the bundle, with the reason if one is kept."""
        if name not in self.files:
            why = "; ".join(self.manifest.lacking)
            raise DataError(
                f"{name} is not in the bundle{f': {why}' if why else ''}", where=self.name, remedy=REMEDY
            )
        return self.files[name]


def open_bundle(file: Path) -> Bundle:
    """Read a bundle from a file; errors as `read_bundle`."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(
            f"the file can't be read: {error.strerror}", where=str(file), remedy="Name a bundle that is there"
        ) from error
    return read_bundle(content, file.name)


def read_bundle(content: bytes, name: str) -> Bundle:
    """Return the bundle.

    Raises
    ------
    DataError
        If it is no zip file or cut off, was made by a later version, lacks a file, has one too many, or holds
        one that was changed; it names the file.
    """
    files = _unfolded(content, name)
    if MANIFEST not in files:
        raise DataError(f"it has no {MANIFEST}, so it is no bundle", where=name, remedy=REMEDY)
    manifest = _manifest(files.pop(MANIFEST), name)
    wanted = {found.name: found.sha256 for found in manifest.files}
    for told, said in ((wanted.keys() - files.keys(), "missing"), (files.keys() - wanted.keys(), "foreign")):
        if told:
            raise DataError(f"{said} in the bundle: {', '.join(sorted(told))}", where=name, remedy=REMEDY)
    for member, sha256 in wanted.items():
        if sha256_of(files[member]) != sha256:
            raise DataError(f"{member} is not what was packed: its hash differs", where=name, remedy=REMEDY)
    return Bundle(name, manifest, files)


def _unfolded(content: bytes, name: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            _require_plain(entries, name)
            return {entry.filename: packed.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"it is no whole zip file: {error}",
            where=name,
            remedy="Copy it again; it was cut off or changed on its way",
        ) from error


def _require_plain(entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise `DataError` for a name that leads elsewhere or stands twice, and for more than fits in memory."""
    names = [entry.filename for entry in entries]
    for found in names:
        path = PurePosixPath(found)
        is_plain = not path.is_absolute() and ".." not in path.parts and not set(found) & {"\\", ":", "\0"}
        if not is_plain or found.endswith("/") or names.count(found) > 1:
            raise DataError(f"it has a file of a wrong name: {found!r}", where=name, remedy=REMEDY)
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise DataError(f"it unfolds to more than {LARGEST:,} bytes", where=name, remedy=REMEDY)


def _manifest(content: bytes, name: str) -> Manifest:
    where = f"{name}, {MANIFEST}"
    try:
        said = json.loads(content)
        version = said["schema_version"] if isinstance(said, dict) else None
    except (ValueError, KeyError) as error:
        raise DataError("it can't be read", where=where, remedy=REMEDY) from error
    if version != SCHEMA_VERSION:
        raise DataError(
            f"the bundle has version {version}, and this code reads version {SCHEMA_VERSION}",
            where=where,
            remedy="Install the version of alchemiser-dagster that made it, or a later one",
        )
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise DataError(
            f"it can't be read: {error.error_count()} fields are wrong", where=where, remedy=REMEDY
        ) from error
