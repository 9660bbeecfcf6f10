"""The children of an authority as a schedule looks at them: born when, looked after or not, last heard of when, and
what is held of them."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from enrichment.serialisation import read_case, read_described, read_held
from episodes.record import RegisterRecord
from homeward.keeping.schedule import ChildFacts
from routing.calendar import london_date
from routing.case import AnyCase, Case
from store import EpisodeRow, PersonRow, Transaction
from store.keeping import ContentsAt
from store.noting import LOOKED_AFTER

_PAGE = 200  # children in memory at once


@dataclass(frozen=True, slots=True)
class ChildOnFile:
    """One child with what is held. `is_missing`: an episode is open or waits."""

    facts: ChildFacts
    registered: bool
    is_missing: bool
    is_described: bool
    is_numbered: bool
    cases: tuple[EpisodeRow, ...]
    contents: tuple[ContentsAt, ...]


async def children_on_file(tx: Transaction, authority: str) -> AsyncIterator[ChildOnFile]:
    """All children of an authority, in the order of their ids."""
    after = ""
    while page := await tx.people_of(authority, after, _PAGE):
        after = page[-1]
        people, cases = await tx.load(page)
        contents, last, numbered = await tx.contents_at(page), await tx.last_words(page), await tx.numbered(page)
        cared_for = await tx.noted([f"{LOOKED_AFTER}/{person}" for person in page])
        for person in page:
            theirs = tuple(case for case in cases if case.person == person)
            held = tuple(each for each in contents if each.person == person)
            was = f"{LOOKED_AFTER}/{person}" in cared_for
            yield _on_file(people[person], theirs, held, last.get(person), was, person in numbered)


def _on_file(
    row: PersonRow,
    cases: tuple[EpisodeRow, ...],
    contents: tuple[ContentsAt, ...],
    last: datetime | None,
    was_looked_after: bool,
    is_numbered: bool,
) -> ChildOnFile:
    record, read = read_held(row.doc).record, [read_case(case.state, case.doc) for case in cases]
    heard = [each.at for each in contents] + [at for at in (last, record.received_at) if at]
    facts = ChildFacts(
        row.id,
        _born(row, record, read),
        _died(read),
        was_looked_after or record.is_or_was_in_care,
        max(heard, default=None),
    )
    missing = any(case.state in ("open", "waiting") for case in cases)
    return ChildOnFile(facts, record.registered, missing, row.described is not None, is_numbered, cases, contents)


def _born(row: PersonRow, record: RegisterRecord, cases: Iterable[AnyCase]) -> date | None:
    """By the register, else by what describes the child, else by the police."""
    if record.date_of_birth:
        return record.date_of_birth
    if row.described and (born := read_described(row.described).date_of_birth):
        return born
    told = (case.episode.missing for case in cases if isinstance(case, Case))
    return next((missing.date_of_birth for missing in told if missing and missing.date_of_birth), None)


def _died(cases: Iterable[AnyCase]) -> date | None:
    """The day on which the child was found dead."""
    deaths = (case.episode.death for case in cases if isinstance(case, Case))
    return next((london_date(d.end_at or d.origin.at) for d in deaths if d), None)
