"""What people ask of a hub that runs: what is open for whom, who is missing now, and everything about a police
reference. Read from the store at one moment; nothing is counted here and nothing changes. No answer names a child: a
reference, an id and, where somebody works with the child, roles and ids of persons stand for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from enrichment.serialisation import read_case
from episodes.episode import Reference
from routing.case import AlertCase, AnyCase, Case
from store import Delivery, EpisodeRow, LedgerEntry, Transaction, WorkRow


@dataclass(frozen=True, slots=True)
class MissingNow:
    """An open episode. `since` is when its time limits start, `work` what waits in it, soonest first; both instants in
    UTC."""

    episode: str
    references: tuple[Reference, ...]
    since: datetime | None
    classification: str | None
    risk: str | None
    work: tuple[WorkRow, ...]

    @property
    def next_due(self) -> datetime | None:
        """The limit that runs out first; None where none is set."""
        return next((row.due for row in self.work if row.due), None)


@dataclass(frozen=True, slots=True)
class AboutReference:
    """What one authority holds of a police reference: the episode or alert, what waits in it, all that was taken in,
    decided and delivered, in the order of writing, and every message with what became of it."""

    authority: str
    case: AnyCase
    work: tuple[WorkRow, ...]
    ledger: tuple[LedgerEntry, ...]
    deliveries: tuple[Delivery, ...]


async def work_open_for(
    tx: Transaction, authority: str, role: str | None = None, person: str | None = None
) -> Sequence[WorkRow]:
    """What waits at an authority, or for a role there, or for a person in that role; what runs out first first."""
    return await (tx.work_for(authority, role, person) if role else tx.work_of(authority))


async def missing_now(tx: Transaction, authority: str) -> list[MissingNow]:
    """The children whom an authority holds to be missing or absent: the next limit first, then the longest missing."""
    rows = await tx.open_episodes(authority)
    work = _by_case(await tx.work_of_cases(row.id for row in rows))
    cases = [case for row in rows if isinstance(case := read_case(row.state, row.doc), Case)]
    found = [_missing(case, work) for case in cases]
    return sorted(found, key=lambda m: (m.next_due is None, m.next_due or m.since, m.since, m.episode))


async def about_reference(tx: Transaction, force: str, incident: str) -> list[AboutReference]:
    """Everything about a police reference, an entry for each authority and child that it concerns."""
    rows = await tx.episodes_of_reference(force, incident)
    work = _by_case(await tx.work_of_cases(row.id for row in rows))
    return [await _about(tx, row, work) for row in rows]


async def _about(tx: Transaction, row: EpisodeRow, work: Mapping[str, tuple[WorkRow, ...]]) -> AboutReference:
    case = read_case(row.state, row.doc)
    assert isinstance(case, Case | AlertCase)
    ledger, deliveries = await tx.ledger_of_episode(row.id), await tx.outbox_of_episode(row.id)
    return AboutReference(row.authority, case, work.get(row.id, ()), tuple(ledger), tuple(deliveries))


def _missing(case: Case, work: Mapping[str, tuple[WorkRow, ...]]) -> MissingNow:
    episode = case.episode
    return MissingNow(
        episode.id, episode.references, episode.start, episode.classification, episode.risk, work.get(episode.id, ())
    )


def _by_case(rows: Sequence[WorkRow]) -> dict[str, tuple[WorkRow, ...]]:
    found: dict[str, tuple[WorkRow, ...]] = {}
    for row in rows:
        found[row.case_id] = (*found.get(row.case_id, ()), row)
    return found
