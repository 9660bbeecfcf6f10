"""Synthetic families: names by community, homes, brothers and sisters, twins, namesakes. Everything hangs on a seeded
generator; nobody is meant. What is told of the children, and with which slips, is in `telling`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

from enrichment.matching import Address, Described

LAST_BIRTHDAY = date(2026, 3, 1)  # the youngest of the population is born on it
CHILDREN_IN_FAMILY = ((1, 2, 3, 4, 5), (35, 60, 80, 93, 100))  # accumulated, of 100
STARTS = (
    "Ash Black Brad Cran Dun East Fair Glen Hart Kirk Lang Mar Nor Oak Pen Rad Stan Thorn Wal Whit Wy Har El Ben Cal"
)
ENDS = "ford ley ton ham worth well wood by combe field bourne shaw stead low hurst wick den ridge more gate"
ODD = {"i": "y", "y": "ie", "c": "k", "k": "ck", "ll": "l", "n": "nn", "ay": "ai", "e": "eigh", "a": "ah"}
STREETS = "High Church Mill Larch Station Victoria Park Queens Albert Meadow Orchard Chapel Bridge Spring Grove North"
KINDS = ["Street", "Road", "Lane", "Close", "Avenue", "Drive"]


@dataclass(frozen=True, slots=True)
class Child:
    """A child as it is in truth. `twin` and `family` are ids; `on_register` says whether a case system knows it."""

    id: int
    family: int
    community: str
    truth: Described
    on_register: bool
    twin: bool = False
    namesake: bool = False


@cache
def communities() -> dict[str, dict[str, object]]:
    return tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


@cache
def listed(community: str, kind: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The names of a list with accumulated weights: the commonest a dozen times as common as the thirtieth."""
    names = tuple(str(communities()[community][kind]).split())
    return names, tuple(accumulate(1 / (rank + 4) for rank in range(len(names))))


def forename(chance: Random, community: str, sex: str) -> str:
    names, weights = listed(community, "girls" if sex == "f" else "boys")
    chosen = chance.choices(names, cum_weights=weights)[0]
    if chance.random() < _rare(community, "forename"):
        before, after = chance.choice(list(ODD.items()))
        return chosen[0] + chosen[1:].replace(before, after, 1)
    return chosen


def surname(chance: Random, community: str) -> str:
    if chance.random() < _rare(community, "surname"):
        return chance.choice(STARTS.split()) + chance.choice(("", "", "er", "ing", "en")) + chance.choice(ENDS.split())
    names, weights = listed(community, "surnames")
    return chance.choices(names, cum_weights=weights)[0]


def _rare(community: str, kind: str) -> float:
    rare = communities()[community]["rare"]
    assert isinstance(rare, dict)
    return float(rare[kind])


class Population:
    """Families without end. `postcodes` is how many there are to live in."""

    def __init__(self, seed: int, postcodes: int) -> None:
        self.chance = Random(seed)
        self.postcodes = [self._postcode() for _ in range(max(postcodes, 20))]
        self.homes = [self.address() for _ in range(max(postcodes // 40, 3))]  # children's homes, shared by several
        self._next = 0

    def address(self) -> Address:
        chance = self.chance
        flat = f"Flat {chance.randint(1, 30)}, " if chance.random() < 0.12 else ""
        line = f"{flat}{chance.randint(1, 160)} {chance.choice(STREETS.split())} {chance.choice(KINDS)}"
        return Address(line, chance.choice(self.postcodes))

    def _postcode(self) -> str:
        chance = self.chance
        letters = "".join(chance.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
        return f"{chance.choice(('QX', 'ZZ'))}{chance.randint(1, 24)} {chance.randint(1, 9)}{letters}"

    def families(self) -> Iterator[list[Child]]:
        names = tuple(communities())
        weights = tuple(accumulate(float(str(communities()[n]["of_all"])) for n in names))
        number = 0
        while True:
            community = self.chance.choices(names, cum_weights=weights)[0]
            yield self._family(number, community)
            number += 1

    def _family(self, number: int, community: str) -> list[Child]:
        chance = self.chance
        if chance.random() < 0.008:
            return [self._alone(number)]
        name, home = surname(chance, community), self.address()
        if chance.random() < 0.06:
            name = f"{name}-{surname(chance, community)}"
        count = chance.choices(CHILDREN_IN_FAMILY[0], cum_weights=CHILDREN_IN_FAMILY[1])[0]
        known = chance.random() < 0.95
        children: list[Child] = []
        while len(children) < count:
            born = LAST_BIRTHDAY - timedelta(days=chance.randrange(18 * 365))
            twins = 2 if chance.random() < 0.016 else 1
            for _ in range(twins):
                children.append(self._child(number, community, name, home, born, known, twins == 2, children))
        return children

    def _child(
        self, family: int, community: str, name: str, home: Address, born: date, known: bool, twin: bool,
        others: list[Child],
    ) -> Child:  # fmt: skip
        chance = self.chance
        sex = chance.choice("mf")
        first = forename(chance, community, sex)
        namesake = bool(others) and not twin and chance.random() < 0.006
        if namesake:  # a cousin or half-brother of the same name in one home
            first, sex = others[0].truth.forename or first, (others[0].truth.gender or sex)[0]
        while not namesake and first in {o.truth.forename for o in others}:
            first = forename(chance, community, sex)
        if community == "south_asian_muslim" and sex == "m" and not namesake and chance.random() < 0.15:
            first = f"Muhammad {first}" if first[0] != "M" else first
        own = surname(chance, community) if chance.random() < 0.05 and not twin else _for(sex, community, name)
        placed = (
            (chance.choice(self.homes) if chance.random() < 0.3 else self.address(),) if chance.random() < 0.05 else ()
        )
        truth = Described(
            forename=first, surname=own, date_of_birth=born, gender="male" if sex == "m" else "female",
            addresses=(home, *placed),
        )  # fmt: skip
        return Child(self._id(), family, community, truth, known and chance.random() < 0.96, twin, namesake)

    def _alone(self, family: int) -> Child:
        """A child who came without family and whose date of birth is a convention: 1 January."""
        chance = self.chance
        community = chance.choice(("arabic", "african", "south_asian_muslim"))
        born = date(LAST_BIRTHDAY.year - chance.randint(14, 17), 1, 1)
        truth = Described(
            forename=forename(chance, community, "m"), surname=surname(chance, community), date_of_birth=born,
            gender="male", addresses=(chance.choice(self.homes),),
        )  # fmt: skip
        return Child(self._id(), family, community, truth, True)

    def _id(self) -> int:
        self._next += 1
        return self._next


def _for(sex: str, community: str, name: str) -> str:
    """Polish daughters of a -ski are -ska."""
    return name[:-1] + "a" if community == "polish" and sex == "f" and name.endswith("ski") else name


def recorded(chance: Random, child: Child, known_as: str | None) -> Described:
    """The child as its register record says it: sometimes with a middle name, a name in use, without an address."""
    truth, first = child.truth, child.truth.forename or ""
    if chance.random() < 0.06 and " " not in first:
        first = f"{first} {forename(chance, child.community, (truth.gender or 'f')[0])}"
    homes = truth.addresses if chance.random() > 0.03 else ()
    gender = truth.gender if chance.random() > 0.02 else None
    born = truth.date_of_birth if chance.random() > 0.004 else None
    return replace(truth, forename=first, known_as=known_as, addresses=homes, gender=gender, date_of_birth=born)
