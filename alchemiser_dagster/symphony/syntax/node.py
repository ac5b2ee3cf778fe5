"""The syntax tree of a symphony: immutable nodes, each validated when it is made (spec sections 2 and 3).

1. A node is made of its parts and its place; what has no meaning raises `MeaningError` at the place.
2. While it is made, a node seals a key: the SHA-256 of its kind, its values and its children's keys.
3. Equality, hashing and a symphony's digest compare keys, so they cost the same at any depth and never
   recurse.
4. Places and labels (names of groups and assets) mean nothing: they are no part of the key.
"""

from __future__ import annotations

from hashlib import sha256

from alchemiser_dagster.symphony.syntax.source import Place


class Node:
    """Anything in a syntax tree: equal to every node of the same meaning."""

    __slots__ = ()

    key: bytes
    place: Place | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        where = f" at {self.place.line}:{self.place.column}" if self.place else ""
        return f"<{type(self).__name__} {self.key.hex()[:8]}{where}>"

    def _seal(self, head: str, children: tuple[Node, ...] = ()) -> None:
        """Seal the key; the head is the node's kind and values, each behind a unit separator."""
        sealed = f"{head}\x1f{len(children)}".encode()
        if children:
            sealed += b"".join([child.key for child in children])
        object.__setattr__(self, "key", sha256(sealed).digest())
