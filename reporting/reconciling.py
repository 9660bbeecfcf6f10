"""A police force's daily list of missing children against what was heard of them, both ways. Nothing of a child is
compared but the reference and the times; how the list is read is told elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from episodes.episode import Episode
from reporting.course import Course, course_of
from reporting.held_cases import HeldCase, held_cases
from store import Transaction

ListFinding = Literal["not heard of", "not on the list", "taken back", "another start", "another return"]
ORDER: tuple[ListFinding, ...] = (
    *("not heard of", "not on the list", "taken back"),
    *("another start", "another return"),
)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ListedAbsence:
    """A row of the list, by its line. No `returned_at`: missing still."""

    line: int
    reference: str
    missing_since: datetime | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListDifference:
    """Where list and hub do not agree. `line` is None where the list does not have it. `listed` and `heard` are the
    times that differ, each None where there is none; `cases` are what the hub has under the reference."""

    finding: ListFinding
    reference: str
    line: int | None
    listed: datetime | None
    heard: datetime | None
    cases: tuple[tuple[str, str], ...] = ()

    @property
    def authorities(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(authority for authority, _ in self.cases))


@dataclass(frozen=True, slots=True)
class ListPeriod:
    """What the list covers: whoever was missing at some time between the two instants. Times that are `near` each other
    are the same."""

    since: datetime
    until: datetime
    near: timedelta = timedelta(minutes=5)


async def list_differences(
    tx: Transaction,
    force: str,
    listed: Sequence[ListedAbsence],
    period: ListPeriod,
    served: Iterable[str],
    authority: str | None = None,
) -> list[ListDifference]:
    """Every difference, in the order of `ORDER`, then of the references. With an authority, only what is that one's: a
    row that others alone have heard of is then none."""
    references = {row.reference for row in listed}
    known = await _known(tx, force, references)
    recent = await tx.episodes_of_forces([force], period.since)
    told = [line.episode for each in served for line in await tx.facts_since(each, period.since) if line.episode]
    held = await _held(tx, dict.fromkeys([*(id_ for ids in known.values() for id_ in ids), *recent, *told]))
    heard = defaultdict[str, list[HeldCase]](list)
    for case in held:
        if authority in (None, case.authority):
            for incident in _incidents(case, force):
                heard[incident].append(case)
    found = [
        *(_difference("not heard of", row, row.missing_since, None, ()) for row in listed if not known[row.reference]),
        *(d for row in listed if row.reference in heard for d in _of_row(row, heard[row.reference], period)),
        *(d for name, cases in heard.items() if name not in references for d in _unlisted(name, cases, period)),
    ]
    return sorted(found, key=lambda d: (ORDER.index(d.finding), d.reference, d.line or 0))


async def _known(tx: Transaction, force: str, references: Collection[str]) -> defaultdict[str, list[str]]:
    """The ids of the cases under each reference of the force."""
    known, asked = defaultdict[str, list[str]](list), sorted(references)
    for first in range(0, len(asked), _AT_ONCE):
        rows = (await tx.find((), [(force, each) for each in asked[first : first + _AT_ONCE]], ())).references
        for row in rows:
            known[row.incident].append(row.episode)
    return known


async def _held(tx: Transaction, ids: Collection[str]) -> list[HeldCase]:
    asked = list(ids)
    pages = [await held_cases(tx, asked[first : first + _AT_ONCE]) for first in range(0, len(asked), _AT_ONCE)]
    return [case for page in pages for case in page]


def _incidents(held: HeldCase, force: str) -> list[str]:
    return [r.incident for r in held.episode.episode.references if r.force == force] if held.episode else []


def _of_row(row: ListedAbsence, held: Sequence[HeldCase], period: ListPeriod) -> Iterator[ListDifference]:
    courses = _courses(held, period)
    standing = [(episode, course) for episode, course in courses if course.standing != "retracted"]
    if courses and not standing:
        yield _difference("taken back", row, row.missing_since, None, held)
    if not standing:
        return
    starts = [at for episode, _ in standing for at in _starts(episode)]
    if row.missing_since and not _any_near(row.missing_since, starts, period):
        yield _difference("another start", row, row.missing_since, standing[0][1].start, held)
    ends = [course.end for _, course in standing]
    returns = [*ends, *(at for episode, course in standing if course.end for at in _returns(episode))]
    agree = None in ends if row.returned_at is None else _any_near(row.returned_at, returns, period)
    if not agree:
        yield _difference("another return", row, row.returned_at, next((at for at in ends if at), None), held)


def _unlisted(incident: str, held: Sequence[HeldCase], period: ListPeriod) -> Iterator[ListDifference]:
    """A child who was missing in the period, by what was heard."""
    for _, course in _courses(held, period):
        if course.counted and (course.end is None or course.end >= period.since):
            yield _difference("not on the list", ListedAbsence(0, incident), None, course.start, held)
            return


def _difference(
    finding: ListFinding, row: ListedAbsence, listed: datetime | None, heard: datetime | None, held: Sequence[HeldCase]
) -> ListDifference:
    cases = tuple((case.authority, case.case.id) for case in held)
    return ListDifference(finding, row.reference, row.line or None, listed, heard, cases)


def _courses(held: Sequence[HeldCase], period: ListPeriod) -> list[tuple[Episode, Course]]:
    """Each episode as it stood when the list was made."""
    episodes = [case.episode.episode for case in held if case.episode]
    return [(each, course) for each in episodes if (course := course_of(each, period.until)) is not None]


def _starts(episode: Episode) -> Iterator[datetime | None]:
    """Every time that a force may mean by the beginning."""
    yield from (episode.start, episode.missing_since)
    for said in (episode.missing, *episode.accounts):
        if said is not None:
            yield from (said.reported_at, said.left_at, said.last_seen_at)


def _returns(episode: Episode) -> Iterator[datetime | None]:
    if episode.found is not None:
        yield from (episode.found.found_at, episode.found.returned_at)


def _any_near(at: datetime, heard: Iterable[datetime | None], period: ListPeriod) -> bool:
    return any(abs(each - at) <= period.near for each in heard if each is not None)
