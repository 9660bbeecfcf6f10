"""A Kafka record as it came, and what parsing it gave: a report, or the reason why there is none."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from enrichment.matching import Described
from enrichment.register import Place
from episodes.record import RegisterRecord
from episodes.reports import Report
from routing.messages import derived_id


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record with all that is needed to parse it again. `timestamp` is the broker's or producer's, aware, in UTC.
    `cluster` tells brokers apart: one without memory starts again at offset 0. `fault`: the reason and detail
    with which a record that nobody could decode was set aside; `value` is then what could be had of its bytes.
    `reread`: it is taken in whether it was taken before or not; `held`: the id under which it stood in quarantine,
    where it is replayed; `claim`: the key that is claimed for it already."""

    topic: str
    partition: int
    offset: int
    value: bytes | None = field(repr=False)
    timestamp: datetime
    key: bytes | None = field(default=None, repr=False)
    headers: tuple[tuple[str, bytes | None], ...] = field(default=(), repr=False)
    cluster: str = ""
    reread: bool = False
    held: str = ""
    claim: str | None = None
    fault: tuple[str, str] | None = None

    @property
    def size(self) -> int:
        """Bytes of the record as its sender gave it."""
        named = sum(len(name.encode(errors="surrogateescape")) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + named

    @property
    def place(self) -> str:
        """Where it came from, with a hash of the body: names the record even when nothing in it can be read."""
        body = hashlib.sha256(self.value or b"").hexdigest()
        return derived_id("record", self.cluster, self.topic, str(self.partition), str(self.offset), body)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that was taken out of a message, as it tells nothing (AMB-170, AMB-171). `says` is for people and holds
    nothing about anybody; `value` is only compared, never shown."""

    where: str
    value: str = field(repr=False)
    says: str
    row: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A record that was parsed: what somebody told us. `key` is what it is deduplicated by, `content` a hash of what it
    says; `reused` is the key that another message with other content has already. `record` is what a case system sent,
    None where it withdraws what it sent before; `at` is where that stood in the feed of the register. `described`: how
    the child is described."""

    raw: RawRecord
    key: str
    report: Report
    content: str | None = None
    record: RegisterRecord | None = None
    at: Place | None = None
    described: Described | None = field(default=None, repr=False)
    left_out: tuple[LeftOut, ...] = ()
    reused: str | None = None

    def apart(self) -> "Parsed":
        """The same beside another message that its sender calls by the same name: under a key of its own, which ids
        that hang on it are derived from."""
        key = derived_id("claim", self.key, self.content)
        report = replace(self.report, origin=replace(self.report.origin, claim=key))
        return replace(self, key=key, report=report, reused=self.key)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be parsed or taken in. `detail` names the fix and holds no personal data. `told`: the id
    of the message that tells a person of it, where there is one already; `claim`: the key claimed for it, where it was
    known as a message before it was set aside."""

    raw: RawRecord
    reason: str
    detail: str
    told: str | None = None
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class CanarySeen:
    """A record that is a canary of the hub itself, and no report. `walk` is the id of its message; `home`: it was read
    where its walk ends."""

    raw: RawRecord
    walk: str
    home: bool


Read = Parsed | Rejected | CanarySeen
"""What became of a record that was read."""

Parse = Callable[[RawRecord, datetime], Read]
"""What a record says, given the instant of its receipt. It never raises."""
