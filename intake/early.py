"""What waits for its incident, or for an absence of its child (AMB-181), while a transaction is worked. What is said of
it is in `intake.holding`."""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from episodes.early import own_time
from episodes.reports import Found, Report
from intake.records import CanarySeen, Parse, Parsed, RawRecord, Rejected
from routing.messages import derived_id
from store.early import EarlyRow
from store.rows import TimerRow

log = logging.getLogger(__name__)

EARLY_WORD = "early_word"
"""What a timer names that asks after word which has waited long."""


class EarlyWordError(Exception):
    """Early word could not be taken in, for a fault of the hub. `row`: which; `fault`: why."""

    def __init__(self, row: str, fault: Exception) -> None:
        super().__init__(f"early word could not be taken in: {type(fault).__name__}")
        self.row, self.fault = row, fault


def _is_same_word(held: Report, told: Found) -> bool:
    if not isinstance(held, Found) or (held.by is None) != (told.by is None):
        return False
    one, other = held.about, told.about
    return (one.force, one.incident, one.identifiers) == (other.force, other.incident, other.identifiers)


@dataclass(frozen=True, slots=True)
class EarlyWord:
    """A report that waits, as it is kept and as it was parsed."""

    row: EarlyRow
    parsed: Parsed

    @property
    def report(self) -> Report:
        return self.parsed.report


class EarlyWords:
    """What waits for the incidents and the children that a transaction speaks of, and what of it must be saved."""

    def __init__(self) -> None:
        self._waiting: dict[str, EarlyWord] = {}
        self._loaded, self._gone = set[str](), set[str]()
        self._unread: dict[str, Rejected] = {}
        self.told: list[EarlyWord] = []  # those that began to wait just now

    def __iter__(self) -> Iterator[EarlyWord]:
        return iter([*self._waiting.values()])

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def load(self, rows: Iterable[EarlyRow], parse: Parse) -> None:
        """What waits, as it was parsed when it came. What can be read no more, as limits or contracts have changed or
        the hub has a fault, waits no longer: it is set aside."""
        for row in rows:
            read = parse(as_it_came(row), row.since)
            if isinstance(read, Parsed):
                self._waiting[row.id] = EarlyWord(row, _as_it_was_called(read, row))
                self._loaded.add(row.id)
            else:
                self._gone.add(row.id)
                self._unread[row.id] = _unread(read, row)

    @property
    def unread(self) -> Collection[Rejected]:
        """What was loaded and can be read no more, with its claim."""
        return self._unread.values()

    def keep(self, early: EarlyWord) -> None:
        self._waiting[early.row.id] = early
        self.told.append(early)

    def let_go(self, early: EarlyWord) -> None:
        del self._waiting[early.row.id]
        self._gone.add(early.row.id)

    def for_one_of(self, report: Report, people: Iterable[str]) -> list[EarlyWord]:
        """What may be taken in now that this report has been, in the order of its own times; else as it came."""
        incident, held = report.about.incident, {*people}
        may_be = (e for e in self._waiting.values() if e.row.person in held or e.row.incident in (incident, None))
        every = self._waiting.values() if incident is None else may_be
        return sorted(every, key=lambda e: (own_time(e.report), *_as_it_came_in(e.row)))

    def same_word(self, report: Report, person: str | None) -> EarlyWord | None:
        """The return that the same kind of sender has told of the same incident or child already."""
        if not isinstance(report, Found):
            return None
        return next((e for e in self if e.row.person == person and _is_same_word(e.report, report)), None)

    def follow(self, former: str, person: str) -> None:
        """What waited for one child waits for the other, who turned out to be the same."""
        for key, each in self._waiting.items():
            if each.row.person == former:
                self._waiting[key] = replace(each, row=replace(each.row, person=person))
                self._loaded.discard(key)

    def changes(self) -> tuple[list[EarlyRow], set[str]]:
        """What must be kept, and what waits no longer."""
        return [e.row for key, e in self._waiting.items() if key not in self._loaded], self._gone

    def timers(self, after: timedelta) -> tuple[list[tuple[str, str | None]], list[TimerRow]]:
        """Whose timers are set anew, and the timers."""
        standing = [e.row for e in self.told if e.row.id in self._waiting]
        owners: list[tuple[str, str | None]] = [
            (early_owner(key), None) for key in (*self._gone, *(r.id for r in standing))
        ]
        return owners, [timer_of(row, after) for row in standing]


def early_owner(id_: str) -> str:
    """The owner of the timer that asks after early word."""
    return f"early/{id_}"


def early_of(owner: str) -> str:
    """The id of the early word that a timer asks after."""
    return owner.removeprefix("early/")


def timer_of(row: EarlyRow, after: timedelta) -> TimerRow:
    return TimerRow(
        derived_id("timer", row.id, EARLY_WORD), row.authority, early_owner(row.id), None, EARLY_WORD, row.since + after
    )


# ---- as it is kept


def _as_it_came_in(row: EarlyRow) -> tuple[datetime, str, int, int]:
    """Each topic in its own order."""
    return row.since, row.topic, row.partition, row.offset


def row_of(raw: RawRecord, report: Report, authority: str, person: str | None) -> EarlyRow:
    return EarlyRow(
        raw.place, report.about.incident, person, authority, report.origin.at, raw.topic, raw.partition, raw.offset,
        raw.cluster, raw.key, raw.headers, raw.value, raw.timestamp, report.origin.claim,
    )  # fmt: skip


def as_it_came(row: EarlyRow) -> RawRecord:
    """The record as it came."""
    return RawRecord(row.topic, row.partition, row.offset, row.value, row.timestamp, row.key, row.headers, row.cluster)


def incident_lock(incident: str) -> str:
    """What is locked before word that waits for an incident is taken in."""
    return f"incident\x1f{incident}"


def _unread(read: Rejected | CanarySeen, row: EarlyRow) -> Rejected:
    """It was claimed when it came, so that it passes its claim when it is replayed."""
    why = read if isinstance(read, Rejected) else Rejected(read.raw, "failed", "It was a report when it came")
    return replace(why, claim=row.claim or row.id)


def _as_it_was_called(parsed: Parsed, row: EarlyRow) -> Parsed:
    """Under the key that it was claimed by, on which ids hang: its own, unless another message is called the same."""
    apart = parsed.apart()
    return replace(apart, reused=None) if apart.report.origin.claim == row.claim else parsed


def note_spoilt(error: EarlyWordError, spoilt: dict[str, Exception]) -> None:
    """Remembers which early word is to be set aside. Raises it again where that has not helped."""
    if error.row in spoilt:
        raise error
    log.error("Could not take in a record that had waited: moving it to quarantine", exc_info=error.fault)
    spoilt[error.row] = error.fault
