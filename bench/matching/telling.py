"""The register and the notifications of a population: who is on it, who is told of, with which slip, and who is meant.
Nine notifications in ten are about children on the register; of the others a third are kin or namesakes of such."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from bench.matching.people import Child, Population, forename, recorded
from bench.matching.slips import SLIPS, nickname
from enrichment.matching import Address, Described

NO_SLIP, KNOWN_AS, SEVERAL = "none", "known by another name", "two or three of these"
TWIN, NAMESAKE = "a twin", "a namesake in the family"
STRANGER, KIN, LIKENESS = "stranger", "brother, sister or twin of one", "namesake of one"
# Of a hundred notifications about children on the register; the rest is shared by the slips of one kind.
SHARES = {NO_SLIP: 20, SEVERAL: 12, TWIN: 6, NAMESAKE: 2, KNOWN_AS: 4}
ON_REGISTER, NOT_ON_REGISTER = 90, 10


@dataclass(frozen=True, slots=True)
class Told:
    """A notification. `meant` is the child's id, or None where it is not on the register; `kind` names the slip."""

    described: Described
    meant: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Town:
    """A register (child id to record) and what is told."""

    register: dict[int, Described]
    told: list[Told]


def town(children: int, notifications: int, seed: int) -> Town:
    """The same for the same three numbers."""
    population = Population(seed, postcodes=children // 8)
    chance = Random(seed + 1)
    known: list[Child] = []
    strangers: list[Child] = []
    for family in population.families():
        for child in family:
            (known if child.on_register else strangers).append(child)
        if len(known) >= children:
            break
    known = known[:children]
    in_use = {c.id: _name_in_use(chance, c, population) for c in known}
    register = {c.id: recorded(chance, c, in_use[c.id]) for c in known}
    teller = Teller(chance, population, known, strangers, in_use)
    return Town(register, [teller.one() for _ in range(notifications)])


def _name_in_use(chance: Random, child: Child, population: Population) -> str | None:
    """Six in a hundred go by another name: mostly a short form, sometimes one that has nothing to do with the first."""
    if chance.random() > 0.06:
        return None
    short = nickname(chance, child.truth, child, population)
    if short is not None and chance.random() < 0.8:
        return short.forename
    return forename(chance, child.community, (child.truth.gender or "f")[0])


class Teller:
    """Tells of children, one notification at a time."""

    def __init__(
        self, chance: Random, population: Population, known: Sequence[Child], strangers: Sequence[Child],
        in_use: dict[int, str | None],
    ) -> None:  # fmt: skip
        self.chance, self.population, self.known, self.in_use = chance, population, known, in_use
        families = {c.family for c in known}
        self.kin = [c for c in strangers if c.family in families]
        self.strangers = [c for c in strangers if c.family not in families]
        self.twins = [c for c in known if c.twin]
        self.namesakes = [c for c in known if c.namesake]
        self.renamed = [c for c in known if in_use[c.id]]
        one_kind = (100 - sum(SHARES.values())) / len(SLIPS)
        self.kinds = {**SHARES, **dict.fromkeys(SLIPS, one_kind)}

    def one(self) -> Told:
        if self.chance.random() * 100 >= ON_REGISTER:
            return self._unknown()
        kind = self.chance.choices(list(self.kinds), weights=list(self.kinds.values()))[0]
        makers: dict[str, Callable[[], tuple[Described, Child]]] = {
            NO_SLIP: lambda: self._slipped(self.known, 0),
            SEVERAL: lambda: self._slipped(self.known, self.chance.choice((2, 2, 3))),
            TWIN: lambda: self._slipped(self.twins or self.known, self.chance.choice((0, 1))),
            NAMESAKE: lambda: self._slipped(self.namesakes or self.known, self.chance.choice((0, 1))),
            KNOWN_AS: self._known_as,
        }
        described, child = makers[kind]() if kind in makers else self._slipped(self.known, 1, kind)
        return Told(described, child.id, kind)

    def _slipped(self, among: Sequence[Child], slips: int, kind: str | None = None) -> tuple[Described, Child]:
        """A child of these, told with so many different slips; another child is taken where they cannot befall it."""
        while True:
            child = self.chance.choice(among)
            told: Described | None = self._plainly(child)
            for chosen in self.chance.sample(list(SLIPS), slips) if kind is None else [kind]:
                told = told and SLIPS[chosen](self.chance, told, child, self.population)
            if told is not None:
                return told, child

    def _known_as(self) -> tuple[Described, Child]:
        child = self.chance.choice(self.renamed or self.known)
        used = self.in_use[child.id]
        plain = self._plainly(child)
        if self.chance.random() < 0.4:
            return replace(plain, known_as=used), child
        return replace(plain, forename=used), child

    def _unknown(self) -> Told:
        """Somebody who is not on the register: a stranger, kin of children who are, or a namesake of one."""
        chance = self.chance
        choice = chance.random()
        if choice < 0.2 and self.kin:
            return Told(self._plainly(chance.choice(self.kin)), None, KIN)
        child = chance.choice(self.strangers) if self.strangers else self._newcomer()
        plain = self._plainly(child)
        if choice < 0.35:
            like = chance.choice(self.known).truth
            return Told(replace(plain, forename=like.forename, surname=like.surname), None, LIKENESS)
        return Told(plain, None, STRANGER)

    def _newcomer(self) -> Child:
        return next(c for family in islice(self.population.families(), 50) for c in family)

    def _plainly(self, child: Child) -> Described:
        """What the police write who make no mistake: one address, in their own manner; the gender mostly."""
        chance, truth = self.chance, child.truth
        where = truth.addresses[-1] if chance.random() < 0.6 else truth.addresses[0]
        line = (
            (where.line or "").replace(" Street", " St").replace(" Road", " Rd")
            if chance.random() < 0.3
            else where.line
        )
        if chance.random() < 0.06:
            line = None
        gender = truth.gender if chance.random() > 0.03 else None
        return replace(truth, addresses=(Address(line, where.postcode),), gender=gender)
