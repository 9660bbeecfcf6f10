"""Numbers exchanged between children: how often a wrong one is believed in silence, and how often a right one is
doubted. Every notification carries the number of a child on the register; one in a hundred carries another child's, to
one half that of the next child on the register, which mostly is a brother, a sister or a twin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from bench.matching.ours import Index
from bench.matching.telling import Told, Town
from enrichment.contradiction import by_description, doubted
from enrichment.matching import Described


@dataclass(frozen=True, slots=True)
class Numbered:
    """A notification with the number of a child on the register, its own or another's."""

    told: Told
    number: int

    @property
    def wrong(self) -> bool:
        return self.number != self.told.meant


@dataclass(slots=True)
class Beliefs:
    """Counts: `doubts` of right numbers, `silent` belief in wrong ones, `named` where the doubt about a wrong number
    puts the child who is meant forward too."""

    right: int = 0
    doubts: int = 0
    wrong: int = 0
    silent: int = 0
    named: int = 0
    known: int = 0  # of the wrong ones, those about a child who is on the register

    @property
    def precision(self) -> float:
        """Of the numbers that were believed, the share that is right."""
        believed = self.right - self.doubts + self.silent
        return (self.right - self.doubts) / believed if believed else 1.0

    @property
    def recall(self) -> float:
        """Of the right numbers, the share that was believed."""
        return 1 - self.doubts / self.right if self.right else 1.0


def numbered(town: Town, share: float, seed: int) -> Iterator[Numbered]:
    """Every notification about a child on the register with a number, of which this share are exchanged; and as large a
    share of those about children who are on no register, with somebody's number."""
    chance, order = Random(seed), [*town.register]
    place = {child: index for index, child in enumerate(order)}
    for one in town.told:
        exchanged = chance.random() < share
        if one.meant is not None and not exchanged:
            yield Numbered(one, one.meant)
        elif exchanged:
            beside = one.meant is not None and chance.random() < 0.5
            at = place[one.meant] + 1 if beside and one.meant is not None else chance.randrange(len(order))
            number = order[at % len(order)]
            if number != one.meant:
                yield Numbered(one, number)


def believed(index: Index, register: dict[int, Described], told: Sequence[Numbered]) -> Beliefs:
    """What the hub makes of each."""
    counts = Beliefs()
    for one in told:
        described = replace(one.told.described, identifiers=frozenset())
        judged = index.answer(described)[0]
        found = by_description(described, register[one.number], index.model)
        is_doubted = doubted(str(one.number), found, index.model, lambda judged=judged: judged)  # type: ignore[misc]
        if one.wrong:
            counts.wrong += 1
            counts.silent += not is_doubted
            counts.known += one.told.meant is not None
            counts.named += is_doubted and str(one.told.meant) in {ranked.id for ranked in judged.ranked}
        else:
            counts.right += 1
            counts.doubts += is_doubted
    return counts
