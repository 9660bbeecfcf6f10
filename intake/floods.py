"""Folding the hub's own words: what fails again and again from one cause is told when it begins, counted at growing
intervals, and told once more when it is over. Nothing is lost by it: each record stands in quarantine under its cause.
What a pack asks for about an episode is never folded; what has not arrived is told by `intake.undelivered`. Each
incident that was folded stands in the next word.

All of it is kept in the database, so that a restart begins no flood anew; the next word is a timer like any other.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.exceptions import exception
from routing.library import Packs
from routing.messages import Message, derived_id
from store.floods import FloodRow
from store.rows import TimerRow

FLOOD_RULE = "flood"
"""The rule of the timers that are set here."""

QUIET = timedelta(hours=1)
"""After so long without a further fault a flood is over."""

_STEPS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_NAMED = 5000  # incidents that one word names at most
_ALIKE = 3  # words about one incident, or one sender, that are told one by one
_UNREADABLE = "unreadable"
_WHERE = {_UNREADABLE: "all are in quarantine with cause {}"}


@dataclass(frozen=True, slots=True)
class Foldable:
    """Something that the hub would say by itself, and the cause that it has in common with others like it. `alone`: so
    many are said one by one before they fold."""

    cause: str
    message: Message
    alone: int = 1


@dataclass(frozen=True, slots=True)
class Folded:
    """What is said, how the floods stand afterwards, and when each is next to be looked at."""

    said: tuple[Message, ...] = ()
    rows: tuple[FloodRow, ...] = ()
    timers: tuple[TimerRow, ...] = ()

    def __add__(self, later: "Folded") -> "Folded":
        """What the first says, and how the floods of both stand: of a cause that both have, by the later."""
        causes = {row.cause for row in later.rows}
        rows = tuple(row for row in self.rows if row.cause not in causes)
        timers = tuple(timer for timer in self.timers if timer.person not in map(owner, causes))
        return Folded(self.said, (*rows, *later.rows), (*timers, *later.timers))

    @property
    def owners(self) -> list[tuple[str, str | None]]:
        """Whose timers those are, and no others any more."""
        return [(owner(row.cause), None) for row in self.rows]


def cause_of_rejection(authority: str, topic: str, reason: str, detail: str) -> str:
    """Topic, reason and field: what is alike in two records that were set aside."""
    return derived_id("flood", authority, _UNREADABLE, topic, reason, _field(detail))


def foldable(messages: Iterable[Message], rejected: Mapping[str, str]) -> dict[str, Foldable]:
    """Those of the messages that may fold, by their ids. `rejected`: the causes of records that were set aside, by the
    ids of the messages that tell of them."""
    found: dict[str, Foldable] = {}
    for message in messages:
        if message.id in rejected:
            found[message.id] = Foldable(rejected[message.id], message)
        elif (message.alike or message.rule == f"hub_{message.kind}") and (alike := _in_common(message)):
            found[message.id] = Foldable(derived_id("flood", message.authority, message.kind, *alike), message, _ALIKE)
    return found


def _in_common(message: Message) -> tuple[str | None, ...]:
    """What a word of the hub has in common with others like it; nothing where each is told."""
    if message.alike:
        return (message.alike,)
    if message.kind == _UNREADABLE or not message.incident:
        return ()
    return (message.force, message.incident)


def owner(cause: str) -> str:
    """Whose timers they are; also the name under which a cause is locked."""
    return f"flood/{cause}"


def fold_alike(words: Sequence[Foldable], held: Mapping[str, FloodRow], now: datetime) -> Folded:
    """What is said of these words, given how the floods of their causes stand."""
    said: list[Message] = []
    rows: dict[str, FloodRow] = {}
    more = Counter[str]()
    for word in words:
        row = rows.get(word.cause) or held.get(word.cause)
        if row is None or now - row.last_at >= QUIET:
            detail = str(word.message.fields.get("detail", ""))
            row = FloodRow(word.cause, word.message.authority, word.message.kind or "", detail, now, now, 0, 0, 0, None)
        row = replace(row, count=row.count + 1, last_at=max(row.last_at, now))
        if row.count <= word.alone:
            said.append(word.message)
            row = replace(row, told=row.count)
        else:
            more[word.cause] += 1
            row = replace(row, incidents=_listed(row, word.message))
        rows[word.cause] = row
    for cause in more:
        if rows[cause].next_at is None:
            rows[cause] = replace(rows[cause], next_at=now + _STEPS[0])
    return Folded(tuple(said), tuple(rows.values()), tuple(_timer(row) for row in rows.values() if row.next_at))


def _listed(row: FloodRow, message: Message) -> tuple[str, ...]:
    """The incidents that are still to be named, with that of a message which is alike by its sender."""
    incident = message.incident if message.alike else None
    if incident is None or incident in row.incidents or len(row.incidents) >= _NAMED:
        return row.incidents
    return (*row.incidents, incident)


def look_at(row: FloodRow, packs: Packs, now: datetime) -> tuple[Message | None, FloodRow | None, TimerRow | None]:
    """A flood is looked at in its time: what is said of it, and how it stands; None: it is over."""
    if row.last_at + QUIET <= now:
        folded = row.words or row.count > row.told
        return _word(row, packs, now, over=True) if folded else None, None, None
    word, words = None, row.words
    if row.count > row.told:
        word, words = _word(row, packs, now, over=False), words + 1
    step = _STEPS[min(words, len(_STEPS) - 1)]
    after = replace(row, told=row.count, words=words, next_at=now + step, incidents=())
    return word, after, _timer(after)


def _timer(row: FloodRow) -> TimerRow:
    assert row.next_at is not None
    due = min(row.next_at, row.last_at + QUIET)
    return TimerRow(derived_id("timer", owner(row.cause)), row.authority, owner(row.cause), None, FLOOD_RULE, due)


def _word(row: FloodRow, packs: Packs, now: datetime, over: bool) -> Message:
    pack = packs.speaking_for(row.authority, now)
    since, last = _written(row.began_at), _written(row.last_at)
    many = f"{row.count} in the same way since {since}"
    head = f"over: {many}, the last at {last}" if over else f"{many}, {row.count - row.told} of them new"
    where = _WHERE.get(row.kind, "").format(row.cause)
    named = f"incidents not named before: {', '.join(row.incidents)}" if row.incidents else ""
    detail = "; ".join(part for part in (head, where, named, f"first: {row.detail}") if part)
    return exception(pack, row.kind, detail, now, ("/homeward/floods", row.cause))


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _field(detail: str) -> str:
    """The field that a detail names first, without its place in a list; the words of the fault, less the numbers in
    them, where no field has the name."""
    fault = detail.partition("; ")[0]
    name, colon, _ = fault.partition(": ")
    return re.sub(r"\[\d+\]", "", name) if colon and " " not in name else re.sub(r"\[?\d+\]?", "", fault)
