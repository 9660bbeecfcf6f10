"""Courses, tried one after the other: what each of them must hold, and what became of them all."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from quick_store import QuickRehearsal

from routing.library import HUB
from store import Store
from tests.disorder.course import Course
from tests.disorder.deciding_whose import MOMENTS, Whose
from tests.disorder.holding import (
    differences,
    differently_told,
    faults,
    hangs_on_a_decision,
    has_further_error,
    owed_to_whom,
)
from tests.disorder.lives import Life
from tests.disorder.reading import Read, read
from tests.disorder.two_authorities import Shared
from tests.shipped import shipped_packs

PACKS = [shipped_packs().newest(authority) for authority in shipped_packs().authorities if authority != HUB]
SPLIT = 0.4
"""The chance with which a message begins a batch of its own."""


@dataclass
class Sheet:
    """What a run has seen."""

    courses: int = 0
    readings: int = 0
    messages: int = 0
    types: Counter[str] = field(default_factory=Counter)
    authorities: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Sheet") -> "Sheet":
        self.courses += other.courses
        self.readings += other.readings
        self.messages += other.messages
        self.types += other.types
        self.authorities += other.authorities
        self.failures += other.failures
        return self


class Trial:
    """Reads courses with one store, and notes on `sheet` what they were and what did not hold."""

    def __init__(self) -> None:
        self._quick, self.sheet = QuickRehearsal(), Sheet()

    async def any_order(self, seed: int, short: bool = True) -> None:
        """A course of anything, in one of its orders: nothing is lost, nobody is alarmed or left untold."""
        course = Life(seed, PACKS, short=short).course()
        self._note(course)
        with self._quick.in_use() as store:
            self._failed(seed, faults(course, await self._read(course, store, order=1, apart=SPLIT)))

    async def two_orders(self, seed: int, short: bool = True) -> None:
        """A plain course ends the same in whatever order its topics are read, and the same is said under the same
        ids: one by one, every other also at once."""
        course = Life(seed, PACKS, plain=True, short=short).course()
        self._note(course)
        ends_alike = not hangs_on_a_decision(course)
        said_alike = ends_alike and not has_further_error(course)
        first: Read | None = None
        for apart in (1.0, 0.0)[: 1 + seed % 2]:
            with self._quick.in_use() as store:
                one = await self._read(course, store, None if apart else 2, apart)
            with self._quick.in_use() as store:
                other = await self._read(course, store, 1, apart)
            self._failed(seed, faults(course, one))
            self._failed(seed, differences(one, other) if ends_alike else ())
            self._failed(seed, differently_told(one, other, True) if said_alike else ())
            if first is not None:
                self._failed(seed, differences(first, one) if ends_alike else ())
                self._failed(seed, differently_told(first, one, False) if said_alike else ())
            first = one

    async def whose(self, seed: int) -> None:
        """Whose child it is, said at once, later, and there and back, leaves the same owed."""
        pack = PACKS[seed // len(PACKS) % len(PACKS)]
        courses = [Whose(seed, pack).course(moment) for moment in MOMENTS]
        self._note(courses[0])
        readings = []
        for course in courses:
            with self._quick.in_use() as store:
                readings.append(await self._read(course, store))
        for moment, reading in zip(MOMENTS[1:], readings[1:], strict=True):
            left, right = owed_to_whom(readings[0]), owed_to_whom(reading)
            states = (readings[0].after[-1][0], reading.after[-1][0])
            lost = [f"{moment}: another state"] if states[0] != states[1] else []
            lost += [f"{moment}: not owed any more {row}" for row in sorted(left - right, key=str)]
            lost += [f"{moment}: owed only then {row}" for row in sorted(right - left, key=str)]
            self._failed(seed, (*lost, *(f"a fault of the hub: {why}" for why in reading.quarantined)))

    async def two_authorities(self, seed: int) -> None:
        """Whose child it is by the register or by the police's word: each authority owes the same in the end."""
        course = Shared(seed, PACKS).course()
        self._note(course)
        readings = []
        for order, apart in ((None, 1.0), (1, 1.0), (2, SPLIT)):
            with self._quick.in_use() as store:
                readings.append(await self._read(course, store, order, apart))
        first, *others = readings
        for other in others:
            told = (fault for fault in faults(course, other) if not fault.startswith("notify.missing"))
            self._failed(seed, (*told, *differences(first, other)))  # who answers late hears all of it at once

    async def end(self) -> None:
        await self._quick.end()

    async def _read(self, course: Course, store: Store, order: int | None = None, apart: float = 1.0) -> Read:
        self.sheet.readings += 1
        return await read(course, store, order, apart)

    def _note(self, course: Course) -> None:
        self.sheet.courses += 1
        self.sheet.messages += len(course.said)
        self.sheet.types.update(said.type for said in course.said)
        self.sheet.authorities[course.authority] += 1

    def _failed(self, seed: int, lines: tuple[str, ...] | Iterator[str]) -> None:
        self.sheet.failures += [f"course {seed}: {line}" for line in lines]
