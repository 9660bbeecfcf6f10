"""Acknowledge or escalate: a message that somebody must have seen climbs a ladder of roles until a person says so.

No source asks for it: it is a local setting of an authority (`routing.local`), and a duty of the hub itself (HUB).
What one cause makes the hub say to one mailbox is one letter: who confirms one of its messages has seen them all.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from episodes.episode import Episode
from routing.calendar import Calendar
from routing.case import Timer
from routing.messages import Promise, Recipient
from routing.pack import Acknowledgement, Pack, Rule
from routing.situation import Situation

_BY_MAIL = ("email", "secure_email")
RULE = "acknowledge"
"""The rule that the timers of a ladder name."""
STEP = Rule(
    id=RULE, clauses=("HUB",), send="escalation.open", kind="unacknowledged", modality="must", urgency="immediate"
)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A step of the ladder of one message, counted from 1."""

    promise: Promise
    number: int
    at: datetime
    to: tuple[Recipient, ...]

    @property
    def occurrence(self) -> str:
        return f"{self.promise.first or self.promise.message}/{self.number}"


def acknowledge_by(what: Rule, sent: datetime, s: Situation, pack: Pack) -> datetime | None:
    """By when a message of this rule must be acknowledged; None where nobody asks for that."""
    entry = _entry(what.names, pack)
    return _step_at(entry, sent, 1, s.calendar) if entry else None


def unacknowledged(promises: Iterable[Promise], episode: Episode, pack: Pack) -> Iterator[tuple[Promise, datetime]]:
    """The messages that still matter and that nobody has acknowledged, each with the instant by which somebody must."""
    for promise, entry in _wanting(promises, episode, pack):
        yield promise, _step_at(entry, promise.at, 1, pack.calendar)


def _wanting(promises: Iterable[Promise], episode: Episode, pack: Pack) -> Iterator[tuple[Promise, Acknowledgement]]:
    given = tuple(promises)
    for promise in [p for p in given if p.open and p.rule != RULE]:
        entry = _entry((promise.rule, promise.type, f"{promise.type}/{promise.kind}"), pack)
        if entry is not None and not _acknowledged(promise, given, episode):
            yield promise, entry


def _step_at(entry: Acknowledgement, sent: datetime, number: int, calendar: Calendar) -> datetime:
    at = sent
    for _ in range(number):
        at = entry.within.after(at, calendar)
    return at


def steps(s: Situation, pack: Pack) -> Iterator[LadderStep]:
    """The steps that have not been taken, of every message that nobody has acknowledged and that still matters."""
    taken = {p.occurrence for p in s.promises if p.rule == RULE}
    for promise, entry in _wanting(s.promises, s.episode, pack):
        for number, role in enumerate(entry.ladder, 1):
            to = (Recipient(role, None, pack.roles[role].channel),)
            step = LadderStep(promise, number, _step_at(entry, promise.at, number, s.calendar), to)
            if step.occurrence not in taken:
                yield step


def ladder_timers(s: Situation, pack: Pack, standing: Collection[tuple[str, datetime]]) -> tuple[Timer, ...]:
    """When the next steps are to be taken, each instant once. A timer that stands is kept until it has fallen."""
    ahead = (step.at for step in steps(s, pack) if step.at > s.as_of or (RULE, step.at) in standing)
    return tuple(dict.fromkeys(Timer(RULE, at) for at in ahead))


def next_on_ladder(names: tuple[str, ...], sent: datetime, now: datetime, pack: Pack) -> str | None:
    """The role that would hear next of a message of these names, sent then, that nobody acknowledges; when all have
    heard, the last. None where it has no ladder."""
    entry = _entry(names, pack)
    if entry is None:
        return None
    ahead = (role for n, role in enumerate(entry.ladder, 1) if _step_at(entry, sent, n, pack.calendar) > now)
    return next(ahead, entry.ladder[-1])


def _entry(names: tuple[str, ...], pack: Pack) -> Acknowledgement | None:
    return next((entry for entry in pack.acknowledge if entry.what in names), None)


def _acknowledged(promise: Promise, promises: Collection[Promise], episode: Episode) -> bool:
    """A named person has seen it: by its id, by that of another message of the same letter, or any message of its type
    and kind that was sent before."""
    for said in episode.acknowledged:
        if said.by.person is None:
            continue
        if said.message is not None:
            beside = (p for p in promises if said.message in (p.message, p.first))
            if said.message in (promise.message, promise.first):
                return True
            if any(said.by.role in _readers(promise, other) for other in beside):
                return True
        elif said.type == promise.type and said.kind in (None, promise.kind) and said.origin.at >= promise.at:
            return True
    return False


def _readers(one: Promise, other: Promise) -> set[str]:
    """The roles that got both in one letter: by mail, of one cause, at one instant, to the same person."""
    if (one.at, one.cause) != (other.at, other.cause):
        return set()
    mailed = {(r.role, r.person) for r in one.to if r.channel in _BY_MAIL}
    return {r.role for r in other.to if (r.role, r.person) in mailed}
