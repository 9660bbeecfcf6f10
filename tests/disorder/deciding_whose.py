"""A course in which a person says whose a notification is (AMB-186): at once, later, or there and back. Whenever it is
said, the same is owed in the end."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from wire_messages import later

from routing.pack import Pack
from tests.disorder.course import Course, Data, Said
from tests.disorder.lives import SYSTEMS

MOMENTS = ("at once", "later", "there and back")


@dataclass(frozen=True, slots=True)
class Whose:
    """The same course, with the decision at each of the moments."""

    seed: int
    pack: Pack

    def course(self, moment: str) -> Course:
        random = Random(f"{self.seed} whose")
        told = self._told(random)
        late = random.uniform(2, 60)
        said = [*told, *self._decisions(moment, late)]
        said.sort(key=lambda told: told.sent)
        numbered = tuple(replace(each, number=n, read=each.sent) for n, each in enumerate(said, 1))
        return Course(self.seed, self.pack.authority, (), numbered)

    def _told(self, random: Random) -> list[Said]:
        length = random.choice((5, 20, 30, 75, 100))
        said = [self._record(1, "A", random), self._record(2, "B", random)]
        missing: Data = {
            "classification": "absent" if random.random() < 0.1 else "missing",
            "reported_at": later(10),
            "risk": random.choice((None, "high", "low")),
            "vulnerable": random.choice((None, True)),
            "responsible_authority": self.pack.authority,
        }
        said.append(self._police(10, "police.missing", {**missing, "child": self._child("A")}))
        if random.random() < 0.8:
            said.append(self._police(10 + length, "police.found", {"found_at": later(10 + length)}))
            if random.random() < 0.4:
                result = random.choice(("completed", "refused"))
                told = {"result": result, "at": later(20 + length), "by": self._by(), "reason": "said so"}
                said.append(self._casework(20 + length, "rhi.outcome", told))
        if random.random() < 0.3:
            value = {"value": later(9), "by": self._by(), "reason": "said so"}
            said.append(self._casework(11, "clock.override", value))
        return said

    def _decisions(self, moment: str, late: float) -> list[Said]:
        match moment:
            case "at once":
                return [self._decision(10.01, "B")]
            case "later":
                return [self._decision(10 + late, "B")]
        return [self._decision(10 + late, "B"), self._decision(10.3 + late, "A"), self._decision(10.6 + late, "B")]

    def _decision(self, hour: float, whose: str) -> Said:
        return self._casework(hour, "match.decision", {"child": self._child(whose), "by": self._by()})

    def _record(self, hour: float, whose: str, random: Random) -> Said:
        names = [name for name in self.pack.words.services if random.random() < 0.6]
        services = [{"service": n, "team": "t1", "worker": f"w{whose}", "manager": f"m{whose}"} for n in names]
        plan = random.choice((None, "child_in_need", "looked_after"))
        about = {**self._child(whose), "date_of_birth": "2011-05-05"}
        told: dict[str, Any] = {"authority": self.pack.authority, "child": about, "services": services}
        return Said(0, hour, "case.context", told | ({"plan": plan} if plan else {}), self.pack.authority, f"Z-{whose}")

    def _child(self, whose: str) -> Data:
        return {"identifiers": [{"system": SYSTEMS.get(self.pack.authority, "lcs"), "value": f"Z-{whose}"}]}

    def _by(self) -> Data:
        return {"role": sorted(self.pack.roles)[0], "person": "p1"}

    def _casework(self, hour: float, type_: str, data: Data) -> Said:
        about = {"authority": self.pack.authority, "incident": "I-1", "force": "XX"}
        return Said(0, hour, type_, {**about, **data}, self.pack.authority)

    def _police(self, hour: float, type_: str, data: Data) -> Said:
        given = {name: value for name, value in data.items() if value is not None}
        return Said(0, hour, type_, {"force": "XX", "incident": "I-1", **given}, "XX")
