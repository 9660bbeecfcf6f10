"""Contents as they are kept: the table, and what is hashed and sealed for a line of the ledger."""

import hashlib
import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from store.instants import UtcInstant
from store.keys import DAY, SealingKey
from store.rows import Concerns, LedgerRow
from store.tables import metadata

UNASSIGNED = ""
"""Whose contents are that no child is known for, and the key of those that stand in the clear."""
_SALT, _LENGTH = 16, 4  # bytes
sealed_contents = Table(
    "sealed_contents",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("episode", Text),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("contents", LargeBinary),
    Column("at", UtcInstant, nullable=False, index=True),
)
Index("sealed_contents_person_idx", sealed_contents.c.person)
Index("sealed_contents_key_idx", sealed_contents.c.key)
CONTENTS_COLUMNS = ("hash", "person", "line", "episode", "kind", "key", "contents", "at")


@dataclass(frozen=True, slots=True)
class KeptContents:
    """Contents with what is said of them. `line`: the id of theirs; `kind`: the type of the report, else the kind of
    the line; `name`: what their sender calls them."""

    hash: str
    person: str
    line: str
    episode: str | None
    kind: str
    at: datetime
    name: str
    contents: bytes


@dataclass(frozen=True, slots=True)
class OpenedContents:
    """What was hashed, taken apart: what stands `before` the bytes (nothing in contents of before there were keys),
    with what their sender calls them (None in these), and the `bytes`."""

    before: bytes
    name: str | None
    bytes: bytes


@dataclass(frozen=True, slots=True)
class Salted:
    """The contents of a line, with the salt before them."""

    row: LedgerRow
    bytes: bytes

    @property
    def hash(self) -> str:
        """SHA-256 (hex): the name by which they are kept."""
        return hashlib.sha256(self.bytes).hexdigest()

    @property
    def kind(self) -> str:
        return str(self.row.entry.get("type", "report")) if self.row.kind == "report" else self.row.kind


@dataclass(frozen=True, slots=True)
class ToBeSealed:
    """What is to be sealed for one child."""

    hash: str
    line: str
    about: Concerns
    kind: str
    bytes: bytes
    at: datetime

    @property
    def key(self) -> str:
        """The name of the key: the child, else the kind and the day."""
        return self.about.person or day_key(self.kind, self.at.date())

    def row(self, key: SealingKey | None) -> tuple[Any, ...]:
        sealed = key.seal(self.bytes, self.hash) if key else self.bytes
        whose = (self.hash, self.about.person, self.line, self.about.episode, self.kind)
        return (*whose, key.id if key else UNASSIGNED, sealed, self.at)


def day_key(kind: str, day: date) -> str:
    """The name of the key of what is about no child that is known."""
    return f"{DAY}{kind}/{day}"


def salted(row: LedgerRow) -> Salted:
    """The contents that a line has, ready to be hashed and kept: the salt, what their sender calls them, the bytes."""
    assert row.contents is not None
    name = row.name.encode(errors="surrogateescape")
    return Salted(row, b"".join((os.urandom(_SALT), len(name).to_bytes(_LENGTH), name, row.contents)))


def taken_apart(plain: bytes) -> OpenedContents:
    """What `salted` has put together."""
    begins = _SALT + _LENGTH
    ends = begins + int.from_bytes(plain[_SALT:begins])
    return OpenedContents(plain[:ends], plain[begins:ends].decode(errors="surrogateescape"), plain[ends:])
