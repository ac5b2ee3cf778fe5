"""Bundles that were changed after they were packed, clumsily or with their hashes put right."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping

from alchemiser_dagster.story.manifest import MANIFEST, sha256_of

Change = Callable[[bytes], bytes]


def members(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def changed(bundle: bytes, name: str, change: Change) -> bytes:
    """Return the bundle with one file changed, and nothing else."""
    files = members(bundle)
    return packed({**files, name: change(files[name])})


def forged(bundle: bytes, name: str, change: Change) -> bytes:
    """Return the bundle with one file changed, and the manifest's hash of it too."""
    files = members(bundle)
    files[name] = change(files[name])
    manifest = json.loads(files[MANIFEST])
    for told in manifest["files"]:
        told["sha256"] = sha256_of(files[told["name"]])
    return packed({**files, MANIFEST: json.dumps(manifest).encode()})


def replaced(before: str, after: str) -> Change:
    def change(content: bytes) -> bytes:
        assert before.encode() in content
        return content.replace(before.encode(), after.encode(), 1)

    return change
