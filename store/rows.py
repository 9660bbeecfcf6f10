"""What the store keeps, as plain values: one class for each kind of row that crosses its border. No SQL lives here.

All instants are aware datetimes in UTC. A `doc` is JSON that the store keeps and never looks into.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

SHARDS = 16
"""How many parts the deliveries are dealt into. Fixed: rows written under another number would change hands."""

CANARY = "hub.canary"
"""The type of the hub's own canary: it is about nobody, tells nobody anything and stands nowhere when it is home."""

LedgerKind = Literal["report", "waits", "match", "fact", "decision", "timers", "delivery", "look", "pause", "erasure"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that intake is about to take in. `key` is what it is deduplicated by; `content` is a hash of what it
    says, where that could be read; where another key has been taken, `besides`, it is not; the rest says where it
    was."""

    key: str
    source: str
    message: str
    type: str
    topic: str | None
    partition: int | None
    offset: int | None
    received_at: datetime
    content: str | None = None
    besides: str | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What is stored about one child at one authority. `described`: how to recognise the child without a number."""

    id: str
    authority: str
    doc: bytes
    version: int
    described: bytes | None = None


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """One episode of one child at one authority. `governed_by`: the pack, such as `nottinghamshire 6.5`; written, and
    asked for by `Worklist.governing`, not read with the rest."""

    id: str
    authority: str
    person: str
    opened_at: datetime
    state: str
    doc: bytes
    governed_by: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """A number by which a child is known at an authority. `scope`: who says so, where that is not the authority."""

    authority: str
    system: str
    value: str
    person: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A police incident of an episode. An incident with several children has a row for each."""

    authority: str
    force: str
    incident: str
    person: str
    episode: str


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """What `find` knew: the rows of each identifier and of each reference asked for, episode → person."""

    identifiers: list[IdentifierRow]
    references: list[ReferenceRow]
    episodes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Concerns:
    """Whom contents are about, and in which of their episodes, where that is known."""

    person: str
    episode: str | None = None


@dataclass(frozen=True, slots=True)
class SendersName:
    """What a sender calls itself and a message of its own. `source`: None where contents were kept without it."""

    source: str | None
    id: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of the ledger. `entry` holds no personal data; `contents` are bytes that may and can be purged, `about`
    whom they are about: without it, whoever has the episode; `name`: what their sender calls them, kept with them."""

    id: str
    at: datetime
    kind: LedgerKind
    authority: str | None
    episode: str | None
    causation: str | None
    entry: Mapping[str, Any]
    contents: bytes | None = None
    about: tuple[Concerns, ...] = ()
    name: SendersName | None = None


class OutboxRow(NamedTuple):
    """One message to one destination, as promised; it is never changed. A named tuple: a relay makes one for every row
    that it sends.

    `destination` is logical: `topic/<name>`, `mail/<authority>/<role>` or `mail/<authority>/<role>/<person>`.
    """

    id: str
    message_id: str
    aggregatetype: Literal["episode", "person", "authority"]
    aggregateid: str
    type: str
    payload: bytes
    at: datetime
    trace: str | None
    clauses: tuple[str, ...]
    authority: str
    subject: str | None
    destination: str
    urgency: str
    kind: str | None

    @property
    def lane(self) -> str:
        """Within a lane messages keep their order."""
        return f"{self.aggregateid}|{self.destination}"


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A question to be asked at an instant. It belongs to a person's episode, or to the person where that is None.
    `failures`: how often asking it has failed; only the store sets it."""

    id: str
    authority: str
    person: str
    episode: str | None
    rule: str
    due_at: datetime
    failures: int = 0


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Something that waits for a recipient. `case_id` is whose it is: an episode, or a child's duties outside any
    (`episode` is then None). `wanted` says what for: task, decision, meeting, interview, match (whose
    child it is) or acknowledgement."""

    id: str
    case_id: str
    episode: str | None
    authority: str
    role: str
    person: str | None
    wanted: str
    type: str
    kind: str | None
    urgency: str
    message: str
    since: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A message that could not be read, with all that is needed to read it again. `detail` holds no personal data.
    `cause`: what it has in common with others that failed alike; `at`: when it was received; `claim`: the key
    that was claimed for it when it was set aside, where that stands."""

    id: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = field(repr=False)
    value: bytes | None = field(repr=False)
    timestamp: datetime
    reason: str
    detail: str
    at: datetime
    cause: str | None = None
    cluster: str = ""
    claim: str | None = None


def shard_of(aggregateid: str) -> int:
    """The shard (0 to SHARDS - 1) of a subject; the same on every machine and in every version."""
    return zlib.crc32(aggregateid.encode()) % SHARDS
