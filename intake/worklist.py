"""What waits for whom, kept as rows beside the cases: written in THE transaction for every case that it saves, and
built anew where a database has none yet."""

from collections.abc import Iterable

from enrichment.children import Child, Children
from routing.case import AnyCase, Case, DutiesCase
from routing.library import Packs
from routing.messages import derived_id
from routing.pack import Pack
from routing.worklist import OpenWork, open_work
from store import Store, WorkRow
from store.rows import KnownKeys

_PAGE = 50


def work_rows(child: Child, case: AnyCase, packs: Packs) -> list[WorkRow]:
    """What waits in a case of a child."""
    return [_row(child, case, work) for work in open_work(case, _pack(child, case, packs))]


def work_rows_of(children: Iterable[tuple[Child, AnyCase]], packs: Packs) -> list[WorkRow]:
    """What waits in these cases, each row once."""
    rows = {row.id: row for child, case in children for row in work_rows(child, case, packs)}
    return [*rows.values()]


async def fill_worklist(store: Store, packs: Packs) -> int:
    """Builds the rows of every case, where nothing waits for anybody by the database; returns how many there are. To be
    called at start: a database of an older version knows the cases, but not the worklist."""
    async with store.reading() as tx:
        if await tx.has_work():
            return 0
    count = 0
    for authority in packs.authorities:
        last = ""
        while True:
            async with store.transaction() as tx:
                people = await tx.people_of(authority, last, _PAGE)
                if not people:
                    break
                last = people[-1]
                await tx.lock(people)
                children = Children(KnownKeys([], [], {}), *await tx.load(people))
                cases = [(child, case) for child in children.children() for case in child.everything()]
                rows = work_rows_of(cases, packs)
                await tx.set_work({case.id for _, case in cases}, rows)
                count += len(rows)
    return count


def _pack(child: Child, case: AnyCase, packs: Packs) -> Pack:
    """The pack that governs a case."""
    match case:
        case DutiesCase():
            return packs.version(child.authority, case.duties.pack)
        case Case():
            return packs.version(child.authority, case.episode.pack)
    return packs.version(child.authority, case.alert.pack)


def _row(child: Child, case: AnyCase, work: OpenWork) -> WorkRow:
    promise, to = work.promise, work.recipient
    return WorkRow(
        id=derived_id("work", case.id, promise.rule, promise.occurrence, work.wanted, to.role, to.person),
        case_id=case.id,
        episode=case.id if isinstance(case, Case) else None,
        authority=child.authority,
        role=to.role,
        person=to.person,
        wanted=work.wanted,
        type=promise.type,
        kind=promise.kind,
        urgency=work.urgency,
        message=work.message,
        since=work.since,
        due=work.due,
    )
