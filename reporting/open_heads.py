"""What decides where an open episode stands in a list, and nothing else of it: read from the documents without building
the cases, so that a page shows the first of a thousand at the price of the few that it shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from enrichment.serialisation import ALERT, DUTIES, glance_at_case, glance_at_record
from store import Transaction, WorkRow


@dataclass(frozen=True, slots=True)
class OpenHead:
    """The head of an open episode. `pack`: the version that governs it; `start`: when its time limits start, else when
    it was opened; `service`, `worker`: the first of the register; `timers`: rule and instant; `work`: what waits."""

    episode: str
    authority: str
    pack: str
    start: datetime
    risk: str | None
    references: tuple[str, ...]
    service: str | None
    worker: str | None
    timers: Sequence[tuple[str, datetime]]
    work: Sequence[WorkRow] = ()


async def open_heads(tx: Transaction, authority: str) -> list[OpenHead]:
    """Those of an authority, the longest open first; a fixed number of statements."""
    rows = await tx.open_episodes(authority)
    records = await tx.records_of({row.person for row in rows})
    work: dict[str, list[WorkRow]] = {}
    for waits in await tx.work_of(authority):
        work.setdefault(waits.case_id, []).append(waits)
    heads = []
    for row in rows:
        case, record = glance_at_case(row.doc), glance_at_record(records[row.person])
        heads.append(
            OpenHead(
                row.id,
                row.authority,
                case.pack,
                case.start or row.opened_at,
                case.risk,
                case.references,
                record.service,
                record.worker,
                case.timers,
                work.get(row.id, ()),
            )
        )
    return heads


async def references_of(tx: Transaction, cases: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The police references of these cases, as far as they are episodes; of one that has none, none."""
    found: dict[str, tuple[str, ...]] = {}
    for case, state, incident in await tx.incidents_of(cases):
        if state not in (DUTIES, ALERT):
            found[case] = (*found.get(case, ()), *([incident] if incident else []))
    return found
