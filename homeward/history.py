"""Loading history: a year of reports from files and topics through the same intake, in the order of their own times and
without a message, so that the rules count it from the first live day. What is still open at its end stands still until
a person starts its clocks."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

from consumers.parsing import parse_record
from enrichment.matching import Model
from enrichment.serialisation import read_case
from homeward.clock import VirtualClock
from intake.intake import Intake
from intake.records import CanarySeen, Parsed, RawRecord, Read, Rejected
from intake.resting import may_start
from outbox.directory import Directory
from routing.calendar import london_date
from routing.case import Case
from routing.library import Packs
from schemas import inbound
from schemas.cloudevents import read
from schemas.limits import DEFAULT, Limits
from schemas.topics import topic_of
from schemas.unreadable import Unreadable
from store import Store

_AT_ONCE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that cannot be loaded: where it stands, and why. Neither holds personal data."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class LoadedAbsence:
    """An absence of history, with its clocks standing still. `is_open`: nobody has ended it, as far as is known."""

    authority: str
    force: str
    incident: str
    since: datetime
    person: str
    episode: str
    is_open: bool

    def is_called(self, reference: str) -> bool:
        """Whether this is the reference, with or without its force."""
        return reference in (self.incident, f"{self.force}/{self.incident}")


@dataclass(slots=True)
class HistoryToLoad:
    """The records of history in the order in which they were sent; how many were sent later; what cannot be loaded."""

    records: list[RawRecord] = field(default_factory=list)
    later: int = 0
    unusable: list[Unusable] = field(default_factory=list)


def lines_of(file: Path, limits: Limits = DEFAULT) -> Iterator[RawRecord | Unusable]:
    """The records of a file of structured CloudEvents, one a line, each on the topic that it belongs on: told live it
    is the same message."""
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            topic = topic_of(inbound.parse_message(read((), line), limits))
        except Unreadable as why:
            yield Unusable(f"{file.name}:{number}", f"{why.reason}: {why.detail}")
        else:
            yield RawRecord(topic, 0, number, line, _EPOCH)


def history_to_load(found: Iterable[RawRecord | Unusable], until: date, limits: Limits = DEFAULT) -> HistoryToLoad:
    """What is to be loaded: what can be read and was sent up to and including that day (in London). The instant of each
    record is that of its sender from now on."""
    history = HistoryToLoad()
    for each in found:
        if isinstance(each, Unusable):
            history.unusable.append(each)
            continue
        place = f"{each.topic}[{each.partition}]@{each.offset}"
        parsed, sent = parse_record(each, each.timestamp, limits=limits), _sent(each)
        if isinstance(parsed, CanarySeen):
            continue  # the hub tried itself out
        if isinstance(parsed, Rejected):
            history.unusable.append(Unusable(place, f"{parsed.reason}: {parsed.detail}"))
        elif sent is None:
            history.unusable.append(Unusable(place, "it does not say when it was sent"))
        elif london_date(sent) > until:
            history.later += 1
        else:
            history.records.append(replace(each, timestamp=sent))
    history.records.sort(key=lambda raw: raw.timestamp)
    return history


def _sent(raw: RawRecord) -> datetime | None:
    if raw.value is None:
        return raw.timestamp
    return read(raw.headers, raw.value).time


class HistoryLoad:
    """One load into a store that has its tables."""

    def __init__(
        self,
        store: Store,
        packs: Packs,
        directories: Mapping[str, Directory],
        model: Model | None = None,
        limits: Limits = DEFAULT,
    ) -> None:
        self._store, self._packs, self._limits = store, packs, limits
        self._clock = VirtualClock(_EPOCH)
        self._intake = Intake(store, packs, dict(directories), self._read, self._clock.now, model=model, history=True)

    def _read(self, raw: RawRecord, now: datetime) -> Read:
        """A record of history is taken in as if it had been received when it was sent."""
        return parse_record(raw, raw.timestamp, limits=self._limits)

    async def run(self, records: Sequence[RawRecord], advanced: Callable[[int], None] = lambda records: None) -> int:
        """Takes the records in, day by day; returns how many of them had not been taken in before. It may be stopped
        and run again at any time."""
        fresh = 0
        for _, of_day in groupby(records, key=lambda raw: london_date(raw.timestamp)):
            day = [*of_day]
            for start in range(0, len(day), _AT_ONCE):
                batch = day[start : start + _AT_ONCE]
                self._clock.set(max(batch[-1].timestamp, self._clock.now()))
                fresh += await self._not_taken(batch)
                await self._intake.process_batch(batch)
                advanced(len(batch))
        return fresh

    async def _not_taken(self, batch: Sequence[RawRecord]) -> int:
        keys = {read.key for raw in batch if isinstance(read := self._read(raw, raw.timestamp), Parsed)}
        async with self._store.reading() as tx:
            return len(keys - (await tx.claimed(keys)).keys())


async def loaded_absences(store: Store, authorities: Iterable[str]) -> list[LoadedAbsence]:
    """The absences of history whose clocks may be started, by authority and start."""
    found: list[LoadedAbsence] = []
    async with store.reading() as tx:
        for authority in authorities:
            after = ""
            while page := await tx.people_of(authority, after, _AT_ONCE):
                after = page[-1]
                _, rows = await tx.load(page)
                for row in rows:
                    case = read_case(row.state, row.doc)
                    if isinstance(case, Case) and may_start(case):
                        found.append(_loaded(authority, row.person, case))
    return sorted(found, key=lambda each: (each.authority, each.since, each.episode))


def _loaded(authority: str, person: str, case: Case) -> LoadedAbsence:
    reference = case.episode.references[0] if case.episode.references else None
    force, incident = (reference.force, reference.incident) if reference else ("", case.id)
    since = case.episode.start or case.episode.opened_at
    return LoadedAbsence(authority, force, incident, since, person, case.id, not case.episode.back)


async def start(chosen: Sequence[LoadedAbsence], begin: Callable[[set[str], set[str]], Awaitable[int]]) -> int:
    """Lets the clocks of these absences run; returns of how many."""
    count = 0
    for place in range(0, len(chosen), _AT_ONCE):
        part = chosen[place : place + _AT_ONCE]
        count += await begin({each.person for each in part}, {each.episode for each in part})
    return count
