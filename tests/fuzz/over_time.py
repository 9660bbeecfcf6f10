"""What no input makes alone: times far apart or equal, several numbers of one child, the keys of a register, ids that
are used again, records that are delivered or replayed once more, and years that pass in between. All of it follows from
the random source that is given."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from routing.library import Packs
from routing.message_types import TASK
from routing.pack import Pack

Record = TypeVar("Record")
_STEPS = (
    *(timedelta(0), timedelta(seconds=1), timedelta(minutes=20), timedelta(hours=5), timedelta(hours=30)),
    *(timedelta(days=3), timedelta(days=60), timedelta(days=700)),
)
_REMEMBERED = 300


class OverTime:
    """`episodes`: the ids of those that there are, as a case system learns them from what it is told. `packs`: whose
    words it uses nearly always."""

    def __init__(self, random: Random, now: datetime, packs: Packs) -> None:
        self.random, self.now, self.packs, self.episodes = random, now, packs, list[str]()
        self._instants, self._ids, self._records = [now], ["again"], list[Any]()

    def passes(self) -> datetime:
        """The time of the next poll."""
        self.now += self.random.choice(_STEPS)
        return self.now

    def id_of(self, id_: str) -> str:
        """One of its own, or one that was used before, be it years ago."""
        self._ids.append(id_)
        return id_ if self.random.random() < 0.9 else self.random.choice(self._ids)

    def key_of(self, topic: str, key: bytes | None) -> bytes | None:
        """A register keeps one record of a child under one key."""
        return f"c-{self.random.randrange(12)}".encode() if topic.startswith("register.") else key

    def withdraws(self, topic: str) -> bool:
        return topic.startswith("register.") and self.random.random() < 0.1

    def told(self, type_: str, value: Any) -> Any:
        """The same with other times in it and in the authority's words, and of a child with more numbers, or of an
        episode that there is."""
        if not isinstance(value, dict):
            return value
        told = {name: self._at_some_time(item) for name, item in value.items()}
        if told.get("authority") in self.packs.authorities and self.random.random() < 0.9:
            told |= self._in_words(type_, self.packs.newest(told["authority"]))
        child = told.get("child")
        if isinstance(child, dict) and isinstance(child.get("identifiers"), list) and self.random.random() < 0.4:
            told["child"] = {**child, "identifiers": [*child["identifiers"], self._number()]}
        if "relations" in told:
            told["relations"] = [{"identifier": self._number(), "relation": "sibling"}]
        if "linked_incidents" in told:
            told["linked_incidents"] = [f"I-{self.random.randrange(12)}"]
        if "responsible_authority" in told and self.random.random() < 0.5:
            del told["responsible_authority"]
        if "incident" in told and "by" in told and self.episodes and self.random.random() < 0.2:
            told["episode"] = self.random.choice(self.episodes)
        return told

    def _in_words(self, type_: str, pack: Pack) -> dict[str, str]:
        """A word of the authority's closed lists, and what may be decided of it."""
        words = pack.words
        name, known = {
            "meeting.held": ("kind", words.meetings),
            "meeting.decision": ("kind", words.meetings),
            "manager.decision": ("kind", words.decisions),
            "task.completed": ("kind", pack.kinds.get(TASK, {})),
            "document.updated": ("kind", words.documents),
            "case.opened": ("service", words.services),
            "case.closed": ("service", words.services),
        }.get(type_, ("", ()))
        if not known:
            return {}
        word = self.random.choice([*known])
        decisions = [*known[word]] if type_.endswith(".decision") and isinstance(known, Mapping) else []
        return {name: word, **({"decision": self.random.choice(decisions)} if decisions else {})}

    def once_more(self, records: Sequence[Record]) -> list[Record]:
        """These, and some that were delivered before, as after a consumer that had not kept its place."""
        again = self.random.sample(self._records, min(len(self._records), self.random.choice((0, 0, 1, 5))))
        self._records = [*self._records, *records][-_REMEMBERED:]
        return [*again, *records]

    def _number(self) -> dict[str, str]:
        return {"system": self.random.choice(("compact", "mosaic")), "value": str(self.random.randrange(12))}

    def _at_some_time(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._at_some_time(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._at_some_time(item) for item in value]
        return self._instant() if isinstance(value, str) and _is_instant(value) else value

    def _instant(self) -> str:
        """Now, at another time, or at one that was told before."""
        if self.random.random() < 0.6:
            self._instants = [*self._instants, self.now - self.random.choice(_STEPS)][-20:]
        return self.random.choice(self._instants[-8:]).isoformat()


def _is_instant(text: str) -> bool:
    try:
        return "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
