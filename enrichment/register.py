"""The register feed: whether a record is news, and what is left of a child whose record is withdrawn.

The newest record of a child replaces the one before; an older one, as a feed read again from its beginning brings it,
replaces nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from episodes.record import RegisterRecord
from episodes.reports import Identifier

KEY = ""
"""The system under which the key of a record in its topic is kept. No sender can name it: a system is never blank."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stood in its feed. `at` is the broker's or the producer's instant; `key` is the child's first
    identifier. The rest is Kafka's. `again`: it is read once more, so that it may come after those that followed it."""

    key: str
    cluster: str
    topic: str
    partition: int
    offset: int
    at: datetime
    again: bool = False

    def after(self, other: "Place") -> int:
        """Above 0 where this record is the later one, below where it is the earlier, 0 where it is the same one. Where
        the two did not stand in one partition, their instants tell; at one instant the one that came last is later.
        What comes for the first time with a smaller offset and a later instant stands in a topic that was made anew."""
        if (self.cluster, self.topic, self.partition) == (other.cluster, other.topic, other.partition):
            made_anew = self.offset < other.offset and not self.again and self.at > other.at
            return 1 if made_anew else self.offset - other.offset
        return -1 if self.at < other.at else 1


def same_words(one: RegisterRecord, other: RegisterRecord) -> bool:
    """Whether two records say the same; when they were received tells nothing about the child."""
    return replace(one, received_at=None) == replace(other, received_at=None)


def news(held: RegisterRecord, held_at: Place | None, told: RegisterRecord, at: Place) -> RegisterRecord | None:
    """What is held from now on; None where that stays as it is. The very record that is held, read again, takes nothing
    back that was told of services and documents since."""
    if held_at and at.after(held_at) == 0:
        told = replace(told, services=held.services, documents=held.documents)
    return None if same_words(held, told) else told


def as_last_known(record: RegisterRecord, own: tuple[Identifier, ...], now: datetime) -> RegisterRecord:
    """What stands for the episodes under way when the register withdraws its record: all but its numbers (AMB-190)."""
    return replace(record, registered=False, withdrawn=True, identifiers=own, received_at=now)


def without_register(record: RegisterRecord, own: tuple[Identifier, ...], now: datetime) -> RegisterRecord:
    """What is left when the register withdraws its record: the numbers that reports gave."""
    return RegisterRecord(identifiers=own, received_at=now) if record.known else record
