"""Loading the children that a batch may speak of, locked until its transaction ends: those whom the reports name, and
the relatives whose episodes may stand beside theirs."""

from collections.abc import Sequence

from enrichment.children import Children, first_id
from enrichment.linking import beside
from enrichment.lookup import Lookup, keys_of
from enrichment.matching import Model
from enrichment.register import KEY
from episodes.reports import Found, Missing, RecordHeld
from intake.early import EarlyWords, incident_lock
from intake.records import Parse, Parsed
from routing.library import Packs
from store import Transaction


async def load_batch(tx: Transaction, batch: Sequence[Parsed], packs: Packs, model: Model) -> Children:
    """The children of the batch, in a constant number of statements."""
    about = [p.report.about for p in batch]
    recorded = [p.record for p in batch if p.record]
    numbers = {i for a in about for i in a.identifiers} | {i for r in recorded for i in r.identifiers}
    references = {(a.force or "", a.incident) for a in about if a.incident}
    reported = (p.report for p in batch if isinstance(p.report, Missing))
    references |= {(r.about.force or "", incident) for r in reported for incident in r.linked_incidents}
    episodes = {a.episode for a in about if a.episode}
    keyed = [(key, KEY, p.at.key) for p in batch if p.at and (key := packs.key_of(p.report.about.authority))]
    keys = {"\x1f".join(n) for n in (*numbers, *keyed)} | {"\x1f".join(r) for r in references} | episodes
    await tx.lock(keys)
    asked = {(authority, *packs.spelt(authority, n)) for authority in packs.authorities for n in numbers}
    found = await tx.find([*asked, *keyed], references, episodes)
    descriptions = [p.described for p in batch if p.described]
    lookup = Lookup(model, *await tx.blocked(keys_of(descriptions)), descriptions)
    held = {*(n.person for n in found.identifiers), *(r.person for r in found.references), *found.episodes.values()}
    held |= lookup.meant(descriptions)
    await tx.lock(held)
    # Also whoever bears the id that a child would be given who is not known by this report.
    people, cases = await tx.load(held | _ids(batch, packs))
    children = Children(found, people, cases, lookup, packs.spelt)
    await _relatives(tx, children, batch, held)
    return children


def _ids(batch: Sequence[Parsed], packs: Packs) -> set[str]:
    """The ids that children of these reports would be given, should they be new."""
    found: set[str] = set()
    for parsed in batch:
        report, own = parsed.report, packs.key_of(parsed.report.about.authority)
        if isinstance(report, Missing | Found | RecordHeld):
            token = parsed.at.key if parsed.at else report.origin.token
            authorities = [own] if own else packs.authorities
            found |= {first_id(authority, report.about, token) for authority in authorities}
    return found


async def load_early(tx: Transaction, batch: Sequence[Parsed], parse: Parse) -> EarlyWords:
    """What waits for the incidents of the batch. It may speak of further children: load them with those of the
    batch."""
    incidents = {p.report.about.incident or "" for p in batch} - {""}
    await tx.lock(map(incident_lock, incidents))
    early = EarlyWords()
    early.load(await tx.early_words(incidents), parse)
    return early


async def add_early(
    tx: Transaction, early: EarlyWords, batch: Sequence[Parsed], children: Children, parse: Parse
) -> None:
    """What waits for an absence of the children of the batch; where a register may claim one of them, also what waits
    for an incident to be placed at its authority."""
    people, incidents = {child.id for child in children.children()}, set[str]()
    if any(isinstance(parsed.report, RecordHeld) for parsed in batch):
        cases = (case for child in children.children() for case in child.cases.values())
        incidents = {reference.incident for case in cases for reference in case.episode.references}
    early.load(await tx.early_words(incidents, people), parse)


async def _relatives(tx: Transaction, children: Children, batch: Sequence[Parsed], held: set[str]) -> None:
    """Two hubs may each hold one of two siblings here and wait for the other: the database then lets one of them try
    again."""
    numbers, episodes = beside([p.report for p in batch], children)
    if not numbers and not episodes:
        return
    found = await tx.find(numbers, (), episodes)
    more = {*(n.person for n in found.identifiers), *found.episodes.values()} - held
    await tx.lock(more)
    # The numbers of relatives who are loaded already lead to them from now on, too.
    children.add(found, *(await tx.load(more) if more else ({}, [])))
