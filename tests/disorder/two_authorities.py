"""A course in which a child is another authority's too, or from some moment on: the register of the first names the
second, the second one's own register claims the child, or the police name the second (AMB-182, 197, 198). In whatever
order it is read, each owes the same in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from random import Random

from wire_messages import later

from routing.pack import Pack
from tests.disorder.course import Absence, Course, Data, Said

NUMBER = {"system": "nhs", "value": "9434765919"}
WAYS = ("register names", "register claims", "police name")


@dataclass(frozen=True, slots=True)
class Shared:
    """One child, one absence, two authorities, read in pieces as after an outage."""

    seed: int
    packs: Sequence[Pack]

    def course(self) -> Course:
        random = Random(f"{self.seed} shared")
        first, second = random.sample([*self.packs], 2)
        gone, length = random.uniform(10, 20), random.choice((5, 30, 80))
        back = gone + length if random.random() < 0.8 else None
        said = [self._record(1, first, random)]
        if random.random() < 0.5:
            said.append(self._record(2, second, random, opened=False))
        said.append(self._missing(gone, first, gone, random))
        said += self._moves(random, gone + random.uniform(0.5, length + 20), gone, first, second)
        if back is not None:
            said.append(self._police(back + 1, "police.found", {"found_at": later(back)}))
        said += self._acts(random, (first, second), gone, back)
        said.sort(key=lambda told: told.sent)
        numbered = [replace(each, number=n) for n, each in enumerate(said, 1)]
        absence = Absence(0, "I-1", gone, back)
        return Course(self.seed, first.authority, (absence,), tuple(_read(numbered, random)))

    def _moves(self, random: Random, hour: float, gone: float, first: Pack, second: Pack) -> list[Said]:
        match random.choice(WAYS):
            case "register names":
                return [self._record(hour, first, random, responsible_authority=second.authority)]
            case "register claims":
                return [self._record(hour, second, random, opened=True)]
        return [self._missing(hour, second, gone, random)]

    def _acts(self, random: Random, packs: Sequence[Pack], gone: float, back: float | None) -> list[Said]:
        acts = []
        for pack in packs:
            about = {"authority": pack.authority, "incident": "I-1", "force": "XX"}
            by = {"role": sorted(pack.roles)[0], "person": "p1"}
            if back is not None and random.random() < 0.4:
                told = {"result": random.choice(("completed", "refused")), "at": later(back + 30), "by": by}
                acts.append(Said(0, back + 30, "rhi.outcome", {**about, **told, "reason": "said so"}, pack.authority))
            meetings = [kind for kind in sorted(pack.words.meetings) if kind not in pack.words.meetings_of_child]
            if meetings and random.random() < 0.4:
                hour = gone + random.uniform(1, 60)
                held = {**about, "kind": random.choice(meetings), "held_at": later(hour - 0.2)}
                acts.append(Said(0, hour, "meeting.held", held, pack.authority))
        return acts

    def _record(self, hour: float, pack: Pack, random: Random, opened: bool = True, **fields: str) -> Said:
        whose = pack.authority
        services = [{"service": n, "team": "t1", "worker": f"w@{whose}", "manager": f"m@{whose}"}
                    for n in pack.words.services if opened and random.random() < 0.7]  # fmt: skip
        child = {"identifiers": [NUMBER], "date_of_birth": "2011-05-05"}
        told: Data = {"authority": whose, "child": child, "services": services, **fields}
        return Said(0, hour, "case.context", told, whose, "Z-1")

    def _missing(self, hour: float, named: Pack, gone: float, random: Random) -> Said:
        child = {"identifiers": [NUMBER], "date_of_birth": "2011-05-05"}
        told: Data = {"child": child, "classification": "missing", "reported_at": later(gone)}
        risk = random.choice(("high", "low"))
        return self._police(hour, "police.missing", {**told, "risk": risk, "responsible_authority": named.authority})

    def _police(self, hour: float, type_: str, data: Data) -> Said:
        return Said(0, hour, type_, {"force": "XX", "incident": "I-1", **data}, "XX")


def _read(said: list[Said], random: Random) -> list[Said]:
    """At once, or all that has come in a while. What says whose child it is comes alone: who hears of the child hangs
    on what was known by then."""
    read: list[Said] = []
    while said:
        latest = said[0].sent + random.choice((0, 0, 6, 30, 100))
        within = (each for each in said if each.sent <= latest)
        together = [*takewhile(lambda each: not _says_whose(each), within)] or said[:1]
        said = said[len(together) :]
        end = min(latest, said[0].sent) if said else latest
        read += [replace(each, read=end if len(together) > 1 else each.sent) for each in together]
    return read


def _says_whose(said: Said) -> bool:
    return said.type in ("case.context", "police.missing")
