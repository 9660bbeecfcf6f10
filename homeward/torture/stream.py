"""The seeded stream that a tortured hub reads: lives of made-up children at several authorities, with repeats,
retractions, early and late word, and garbage. The same seed gives the same records; only their times are of now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson

from schemas.instants import write_instant
from schemas.topics import casework_outcomes, police_notifications, register_children

MADE_UP_FORCE = "ZT"
AUTHORITIES = ("nottinghamshire", "buckinghamshire", "islington")
_GARBAGE = 0.05
_REPEATED = 0.04
_AT_ONCE = 40  # lives under way


@dataclass(frozen=True, slots=True)
class Published:
    """One record. `name` is the source and id of its message, None where it is garbage."""

    topic: str
    key: bytes
    value: bytes
    name: tuple[str, str] | None


class Stream:
    """Lives that are under way side by side. `now` is the instant of which a record speaks."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 - it must be repeatable
        self._lives, self._count, self.seed = list[Iterator[Published]](), 0, seed
        self.back: set[str] = set()
        """Incidents whose child was back long before anybody said that the child was missing."""

    def next(self, now: datetime) -> Published:
        """The next record."""
        if self._random.random() < _GARBAGE:
            return self._garbage()
        while len(self._lives) < _AT_ONCE:
            self._lives.append(self._life(now))
        life = self._random.choice(self._lives)
        try:
            return next(life)
        except StopIteration:
            self._lives.remove(life)
            return self.next(now)

    def probe(self, now: datetime) -> tuple[Published, str]:
        """A report of a child who is missing now, and its incident: to see when a hub works again."""
        number = self._number()
        return self._missing(AUTHORITIES[0], number, now - timedelta(minutes=5)), _incident(number)

    def returned(self, now: datetime) -> list[Published]:
        """Two records of a child who was missing for six hours four days ago: a backlog that must alarm nobody."""
        number, start = self._number(), now - timedelta(days=4)
        self.back.add(_incident(number))
        return [self._missing(AUTHORITIES[0], number, start), self._found(number, start + timedelta(hours=6))]

    def flood(self, now: datetime, count: int) -> list[Published]:
        """Reports of so many children, each with the return a minute later, all at once."""
        lives = [[*self._life(now)] for _ in range(count)]
        return [record for life in lives for record in life]

    def insistence(self, now: datetime, count: int) -> list[Published]:
        """So many reports about one child, each a message of its own."""
        number, start = self._number(), now - timedelta(minutes=5)
        return [self._missing(AUTHORITIES[0], number, start, f"-{n}") for n in range(count)]

    def _number(self) -> str:
        self._count += 1
        return f"{self.seed}-{self._count}"

    def _life(self, now: datetime) -> Iterator[Published]:
        number, authority, random = self._number(), self._random.choice(AUTHORITIES), self._random
        start = now - timedelta(minutes=random.randint(2, 50))
        steps = [self._missing(authority, number, start), self._found(number, start + timedelta(minutes=1))]
        if random.random() < 0.7:
            steps.insert(0, self._register(authority, number))
        if random.random() < 0.5:
            steps.append(self._interview(authority, number, start + timedelta(minutes=2)))
        if random.random() < 0.1:
            steps.append(self._police("retracted", number, {"reason": "in_error"}))
        if random.random() < 0.2:
            random.shuffle(steps)  # word that comes early
        for step in steps:
            yield step
            if random.random() < _REPEATED:
                yield step

    def _register(self, authority: str, number: str) -> Published:
        data = {"authority": authority, "child": _child(number), "services": [
            {"service": "childrens_social_care", "worker": "sw-1", "manager": "tm-1"}
        ]}  # fmt: skip
        return _event(register_children(authority), f"/casework/{authority}", "case.context", number, data)

    def _missing(self, authority: str, number: str, start: datetime, message: str = "") -> Published:
        return self._police("missing", number, message=message, data={
            "child": _child(number), "responsible_authority": authority, "classification": "missing",
            "reported_at": write_instant(start), "risk": self._random.choice(("low", "medium", "high")),
        })  # fmt: skip

    def _found(self, number: str, at: datetime) -> Published:
        return self._police("found", number, {"returned_at": write_instant(at)})

    def _police(self, kind: str, number: str, data: dict[str, Any], message: str = "") -> Published:
        told = {"force": MADE_UP_FORCE, "incident": _incident(number), **data}
        topic, source = police_notifications(MADE_UP_FORCE), f"/police/{MADE_UP_FORCE}"
        return _event(topic, source, f"police.{kind}", number, told, message)

    def _interview(self, authority: str, number: str, at: datetime) -> Published:
        data = {
            "authority": authority, "incident": _incident(number), "force": MADE_UP_FORCE, "result": "completed",
            "at": write_instant(at), "by": {"role": "return_interviewer"},
        }  # fmt: skip
        return _event(casework_outcomes(authority), f"/casework/{authority}", "rhi.outcome", number, data)

    def _garbage(self) -> Published:
        number = self._number()
        sound = self._missing(AUTHORITIES[0], number, datetime(2026, 3, 2)).value  # noqa: DTZ001 - it is not read
        kinds = (
            b"", b"not json", b"[" * 5_000, sound[: len(sound) // 2], sound + b"}", b'{"specversion":"1.0"}',
            sound.replace(b"police.missing", b"police.nonsense"), sound.replace(b'"child"', b'"chlid"'),
            sound.replace(b"2026-03", b"2026-99"), b"\xff\xfe\x00", b'{"data":' + b"9" * 5_000 + b"}",
        )  # fmt: skip
        return Published(police_notifications(MADE_UP_FORCE), number.encode(), self._random.choice(kinds), None)


def _incident(number: str) -> str:
    return f"T-{number}"


def _child(number: str) -> dict[str, Any]:
    return {"identifiers": [{"system": "compact", "value": f"K-{number}"}], "date_of_birth": "2011-09-01"}


def _event(topic: str, source: str, type_: str, number: str, data: dict[str, Any], message: str = "") -> Published:
    id_ = f"{type_}-{number}{message}"
    event = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "data": data}
    return Published(topic, number.encode(), orjson.dumps(event), (source, id_))
