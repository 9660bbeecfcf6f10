"""Gathering the children that a batch may speak of, locked until its transaction ends: those whom the reports name, and
the relatives whose episodes may stand beside theirs."""

from collections.abc import Sequence

from consumers.raw import Told
from enrichment.linking import beside
from enrichment.lookup import Lookup, keys_of
from enrichment.matching import Model
from enrichment.people import People
from enrichment.register import KEY
from episodes.reports import Missing
from routing.library import Packs
from store import Transaction


async def gathered(tx: Transaction, told: Sequence[Told], packs: Packs, model: Model) -> People:
    """The children of the batch, in a constant number of statements."""
    about = [t.report.about for t in told]
    recorded = [t.record for t in told if t.record]
    numbers = {i for a in about for i in a.identifiers} | {i for r in recorded for i in r.identifiers}
    references = {(a.force or "", a.incident) for a in about if a.incident}
    reported = (t.report for t in told if isinstance(t.report, Missing))
    references |= {(r.about.force or "", incident) for r in reported for incident in r.linked_incidents}
    episodes = {a.episode for a in about if a.episode}
    keyed = [(key, KEY, t.at.key) for t in told if t.at and (key := packs.key_of(t.report.about.authority))]
    keys = {"\x1f".join(n) for n in (*numbers, *keyed)} | {"\x1f".join(r) for r in references} | episodes
    await tx.lock(keys)
    asked = [(authority, *n) for authority in packs.authorities for n in numbers]
    found = await tx.find([*asked, *keyed], references, episodes)
    descriptions = [t.described for t in told if t.described]
    lookup = Lookup(model, *await tx.blocked(keys_of(descriptions)))
    held = {*found.identifiers.values(), *(r.person for r in found.references), *found.episodes.values()}
    held |= lookup.meant(descriptions)
    await tx.lock(held)
    people = People(found, *await tx.load(held), lookup)
    await _relatives(tx, people, told, held)
    return people


async def _relatives(tx: Transaction, people: People, told: Sequence[Told], held: set[str]) -> None:
    """Two hubs may each hold one of two siblings here and wait for the other: the database then lets one of them try
    again."""
    numbers, episodes = beside([t.report for t in told], people)
    if not numbers and not episodes:
        return
    found = await tx.find(numbers, (), episodes)
    more = {*found.identifiers.values(), *found.episodes.values()} - held
    if more:
        await tx.lock(more)
        people.add(found, *await tx.load(more))
