"""What a decision produces: messages with their recipients, and the promises by which the hub remembers them.

The names of the fields are those that a pack and a case officer use; what becomes of them on a wire is not known here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Modality = Literal["must", "should", "may", "judgement"]
Urgency = Literal["immediate", "same_day", "routine"]

# Every id of the hub is derived from what it names, so that a repeated run gives the same ids.
_NAMESPACE = hashlib.sha1(UUID("6f0c2f6e-5b0e-5d0f-9a53-4a0f6b8d2c11").bytes, usedforsecurity=False)
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def derived_id(*parts: str | None) -> str:
    """A UUIDv5 of the parts, in that order. Spelled out, as a notification takes some fifty of them and the library's
    own is many times as slow."""
    hash = _NAMESPACE.copy()
    hash.update("\x1f".join([part or "" for part in parts]).encode())
    digest = hash.hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANTS[digest[16]]}{digest[17:20]}-{digest[20:32]}"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A role, the person behind it where the register names one, and the channel by which the pack reaches it.
    `unlisted`: the role is a word of the report's that the pack does not know."""

    role: str
    person: str | None = None
    channel: str | None = None
    unlisted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class AnswerWord:
    """A word that an answer may use, and what it means."""

    word: str
    means: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A report that answers a message: its type, its kind where the type has kinds, and the words to choose from."""

    type: str
    kind: str | None = None
    words: tuple[AnswerWord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One decision with all its recipients. `at` is the instant of the decision; `due` the limit, if the source sets
    one. `causation` is (source, id) of the report that caused it, None for a timer. `situation` is what it tells of its
    episode, None where it is about none; `answers` are the reports that answer what it asks, `answer_at` says where.
    `fields` holds what the type has besides. `ends` are the messages that are answered by it, or taken back, and
    `alike` what it has in common with others that say the same of one sender; neither is told.
    """

    id: str
    type: str
    rule: str
    at: datetime
    authority: str
    pack: str
    version: str
    clauses: tuple[str, ...]
    to: tuple[Recipient, ...]
    subject_key: str
    episode: str | None = None
    incident: str | None = None
    force: str | None = None
    child: tuple[tuple[str, str], ...] = ()
    causation: tuple[str, str] | None = None
    kind: str | None = None
    name: str | None = None
    form: str | None = None
    modality: Modality | None = None
    urgency: Urgency = "routine"
    handling: str = "OFFICIAL-SENSITIVE"
    due: datetime | None = None
    due_basis: Literal["source", "local"] | None = None
    target: datetime | None = None
    late_on_arrival: bool = False
    replaces: str | None = None
    situation: Mapping[str, Any] | None = None
    answers: tuple[Answer, ...] = ()
    answer_at: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    ends: tuple[str, ...] = ()
    alike: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        """How the recipients are reached, each channel once."""
        return tuple(dict.fromkeys(r.channel for r in self.to if r.channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the hub remembers of a message that it sent: enough not to send it twice, to move its limit when an anchor
    moves, and to know whether it is still open. `measure` is what a request for an interview wants done by `due`.

    former: who was asked or told before it moved on to others.
    since: when it would have been asked for, had everything been told at once; `at` where that is not known.
    cause: the message that told of what it answers; None where a timer did. closed_by: the message because of which it
    ended without being done. undone: what it answered, or what ended it, turned out not to be so: it counts no more.
    """

    rule: str
    occurrence: str
    message: str
    type: str
    at: datetime
    to: tuple[Recipient, ...]
    kind: str | None = None
    due: datetime | None = None
    measure: str | None = None
    first: str | None = None
    closed_at: datetime | None = None
    former: tuple[Recipient, ...] = ()
    since: datetime | None = None
    cause: str | None = None
    closed_by: str | None = None
    undone: bool = False

    def is_given_by(self, message: str, replaces: str | None = None) -> bool:
        """Whether this message gave it, or said it again since; `replaces`: the first one that it stands for."""
        given = {self.message, self.first} - {None}
        return message in given or replaces in given

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def everybody(self) -> tuple[Recipient, ...]:
        """Who is asked or told, and who was before."""
        return (*self.to, *self.former)

    def besides(self, others: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        """Everybody but these."""
        return tuple(r for r in self.everybody if r not in others)

    def is_a(self, what: str) -> bool:
        """Whether `what` names it: a rule, a type (`rhi.request`) or a type with its kind (`meeting.request/mam`)."""
        return what in (self.rule, self.type) or ("/" in what and what == f"{self.type}/{self.kind}")
