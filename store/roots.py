"""Roots over the rows of the ledger: hash trees as RFC 6962 has them, one over the other. Pure; no SQL lives here.

A leaf is one row: its position, the hash of what it says and, where it has one, its link. The tree of the leaves can be
proven for one row by a path of a few hashes, which say nothing about any other row. A root covers the tree, what is
counted of it, and the root before, so that the newest one vouches for all rows that were ever sealed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson

from store.instants import written

_SIZE = 8 + hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class LedgerRoot:
    """`closes`: the last day (ISO 8601, London) before it, if it is the first root of another day; `through`: the
    highest position sealed so far; `rows`: how many this root seals; `tree`: the hash of their tree; `leaves`: the
    position and the leaf of each, as `leaves_in_bytes` writes them, empty where they were not asked for. Hashes are
    SHA-256 (hex)."""

    number: int
    at: datetime
    closes: str | None
    through: int
    rows: int
    tree: str
    root: str
    leaves: bytes = field(default=b"", repr=False)

    def over(self, before: str) -> str:
        """What its root must be, over the root before it (empty for the first): SHA-256 (hex) over that and all that
        it says itself."""
        told = [before, self.number, written(self.at), self.closes, self.through, self.rows, self.tree]
        return hashlib.sha256(orjson.dumps(told)).hexdigest()


def leaf(position: int, hash: str, link: str | None) -> bytes:
    """The leaf of one row."""
    return hashlib.sha256(b"\0" + orjson.dumps([position, hash, link])).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """The hash over all leaves in their order."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = _half(len(leaves))
    return _node(tree_hash(leaves[:half]), tree_hash(leaves[half:]))


def path_of(place: int, leaves: Sequence[bytes]) -> list[tuple[str, str]]:
    """What leads from the leaf at a place to the hash of the tree: on which side (`left`, `right`) which hash (hex) is
    put beside it, from the leaf upwards."""
    if len(leaves) < 2:
        return []
    half = _half(len(leaves))
    if place < half:
        return [*path_of(place, leaves[:half]), ("right", tree_hash(leaves[half:]).hex())]
    return [*path_of(place - half, leaves[half:]), ("left", tree_hash(leaves[:half]).hex())]


def sealed(
    before: LedgerRoot | None, at: datetime, closes: str | None, rows: Sequence[tuple[int, str, str | None]]
) -> LedgerRoot:
    """The next root, over these rows (position, hash, link)."""
    leaves = [(position, leaf(position, hash, link)) for position, hash, link in rows]
    tree = tree_hash([each for _, each in leaves]).hex()
    number, last, over = (before.number, before.through, before.root) if before else (0, 0, "")
    through = max([last, *(position for position, _ in leaves)])
    made = LedgerRoot(number + 1, at, closes, through, len(leaves), tree, "", leaves_in_bytes(leaves))
    return replace(made, root=made.over(over))


def leaves_in_bytes(leaves: Sequence[tuple[int, bytes]]) -> bytes:
    """Position (8 bytes, the highest first) and leaf (32 bytes) of each row, one after the other."""
    return b"".join(position.to_bytes(8) + each for position, each in leaves)


def leaves_from(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """The same as positions and leaves. What is cut short ends before the cut."""
    for start in range(0, len(leaves) - _SIZE + 1, _SIZE):
        yield int.from_bytes(leaves[start : start + 8]), leaves[start + 8 : start + _SIZE]


def _half(count: int) -> int:
    """The largest power of two below the count."""
    return 1 << ((count - 1).bit_length() - 1)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
