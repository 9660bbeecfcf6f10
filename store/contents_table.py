"""Contents as they are kept: the table, and what is hashed and sealed for a line of the ledger."""

import hashlib
import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from store.instants import UtcInstant
from store.keys import DAY, SealingKey
from store.rows import Concerns, LedgerRow, SendersName
from store.tables import metadata

UNASSIGNED = ""
"""Whose contents are that no child is known for, and the key of those that stand in the clear."""
_SALT, _LENGTH = 16, 4  # bytes
_HAS_SOURCE = 1 << 31  # in the first length: the source stands before the id. What was kept earlier has the id alone
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
    name: SendersName | None
    contents: bytes


@dataclass(frozen=True, slots=True)
class OpenedContents:
    """What was hashed, taken apart: what stands `before` the bytes (nothing in contents of before there were keys),
    with what their sender calls them where it does, and the `bytes`."""

    before: bytes
    name: SendersName | None
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
    return Salted(row, os.urandom(_SALT) + _named(row.name) + row.contents)


def taken_apart(plain: bytes) -> OpenedContents:
    """What `salted` has put together."""
    source, begins = None, _SALT
    if int.from_bytes(plain[_SALT : _SALT + _LENGTH]) & _HAS_SOURCE:
        source, begins = _word(plain, _SALT)
    id_, ends = _word(plain, begins)
    return OpenedContents(plain[:ends], SendersName(source, id_) if id_ else None, plain[ends:])


def _named(name: SendersName | None) -> bytes:
    """What a sender calls itself and the message, each after its length."""
    if name is None:
        return bytes(_LENGTH)
    id_ = name.id.encode(errors="surrogateescape")
    if name.source is None:
        return len(id_).to_bytes(_LENGTH) + id_
    source = name.source.encode(errors="surrogateescape")
    return b"".join(((_HAS_SOURCE | len(source)).to_bytes(_LENGTH), source, len(id_).to_bytes(_LENGTH), id_))


def _word(plain: bytes, at: int) -> tuple[str, int]:
    """The word that stands there after its length, and where it ends."""
    begins = at + _LENGTH
    ends = begins + (int.from_bytes(plain[at:begins]) & ~_HAS_SOURCE)
    return plain[begins:ends].decode(errors="surrogateescape"), ends
