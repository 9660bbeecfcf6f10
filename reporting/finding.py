"""Looking a child or an episode up, as a person does who has a reference, a number, an id, or a name and a birthday.
Names are compared as a report's are, and never told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enrichment.children import Child as Child
from enrichment.children import Children
from enrichment.lookup import Lookup, keys_of
from enrichment.matching import Described, Model, shipped_model
from reporting.held_cases import HeldCase, held_cases
from store import Transaction
from store.rows import KnownKeys

_MOST = 50
"""How many are looked at; whoever asks for more asks more closely."""


@dataclass(frozen=True, slots=True)
class FoundChild:
    """A child who may be meant, with the episodes. `how`: how sure that is; `agrees`: which fields agree."""

    child: Child
    how: str
    agrees: tuple[str, ...] = ()

    @property
    def cases(self) -> tuple[HeldCase, ...]:
        """The episodes, the newest first."""
        held = sorted(self.child.cases.values(), key=lambda case: case.episode.opened_at, reverse=True)
        return tuple(HeldCase(self.child, case) for case in held)


async def found_by_id(tx: Transaction, sought: str) -> list[HeldCase]:
    """The episodes with this police reference or id, or that a message with this id is about."""
    ids = await tx.episodes_of_incident(sought, _MOST)
    subjects = [d.row.subject for d in await tx.outbox_of_message(sought) if d.row.subject]
    return await held_cases(tx, [*ids, sought, *subjects])


async def found_by_number(tx: Transaction, authorities: Sequence[str], number: str) -> list[FoundChild]:
    """The children who have this number in any system."""
    people = [person for authority in authorities for person in await tx.people_numbered(authority, number, _MOST)]
    return [FoundChild(child, "has this number") for child in await children_with(tx, people)]


async def found_by_name(
    tx: Transaction, authorities: Sequence[str], name: str, born: date | None, model: Model | None = None
) -> list[FoundChild]:
    """The children whom a name and a birthday may mean, likeliest first; by the shipped weights unless others are
    given."""
    first, _, last = name.strip().rpartition(" ")
    described = Described(forename=first or None, surname=last, date_of_birth=born)
    rows, docs = await tx.blocked(keys_of([described]))
    lookup = Lookup(model or shipped_model(), rows, docs)
    judged = {authority: lookup.judge(authority, described) for authority in authorities}
    ranked = {r.id: (j.outcome, r) for j in judged.values() for r in j.ranked}
    found = {child.id: child for child in await children_with(tx, list(ranked))}
    return [
        FoundChild(found[id_], outcome if place == 0 else "possible", tuple(str(reason) for reason in r.score.reasons))
        for place, (id_, (outcome, r)) in enumerate(ranked.items())
        if id_ in found
    ]


async def children_with(tx: Transaction, people: Sequence[str]) -> list[Child]:
    """These children, in order; one that is not there is left out."""
    loaded = Children(KnownKeys([], [], {}), *await tx.load(people))
    return [child for person in dict.fromkeys(people) if (child := loaded.child(person)) is not None]
