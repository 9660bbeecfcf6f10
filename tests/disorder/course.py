"""A course of messages, and what truly happened: drawn in `lives`, read in `reading`, judged in `holding`."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from wire_messages import event, later

from intake.records import RawRecord

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One message: the hour at which its sender sent it, and the hour at which the hub reads it."""

    number: int
    sent: float
    type: str
    data: Data
    owner: str
    key: str = ""
    read: float = 0.0

    @property
    def topic(self) -> str:
        if self.type.startswith("police."):
            return f"police.{self.owner}.notifications.v1"
        what = "register.{}.children.v1" if self.type in ("case.context", "tombstone") else "casework.{}.outcomes.v1"
        return what.format(self.owner)

    @property
    def at(self) -> datetime:
        return later(self.read)

    def raw(self) -> RawRecord:
        """The record, whose place in its topic is always the same."""
        key, sent = self.key.encode() or None, later(self.sent)
        if self.type == "tombstone":
            return RawRecord(self.topic, 0, self.number, None, sent, key)
        value = event(self.type, sent, self.data, f"c{self.number}", self.source)
        return RawRecord(self.topic, 0, self.number, value, sent, key)

    @property
    def source(self) -> str:
        return f"/police/{self.owner}" if self.type.startswith("police.") else f"/casework/{self.owner}"

    def __str__(self) -> str:
        told = orjson.dumps(self.data, option=orjson.OPT_UTC_Z).decode()
        return f"{self.number:>3} sent {self.sent:>7.2f} read {self.read:>7.2f} {self.topic} {self.type} {told}"


@dataclass(frozen=True, slots=True)
class Absence:
    """One time away, as it truly was. `back` None: not back by the end. `error`: there was no such absence."""

    child: int
    incident: str
    gone: float
    back: float | None
    error: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A course of messages in the order of their sending, and what truly happened."""

    seed: int
    authority: str
    absences: tuple[Absence, ...]
    said: tuple[Said, ...]

    def without(self, number: int) -> "Course":
        return replace(self, said=tuple(s for s in self.said if s.number != number))
