"""Who is missing now: a card for each child, without a name, and in which order they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.acts import act_of
from desk.clock_words import Bar, day_and_hour, time_missing
from desk.clocks import Clock, clocks_ahead, is_told, milestones, readers_limit, sorted_clocks, work_clocks
from reporting.held_cases import HeldCase
from reporting.open_heads import OpenHead
from routing.case import Case
from routing.library import Packs
from routing.pack import Pack

_RISKS = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class MissingCard:
    """One child who is missing. `facts` are lines; `clock` is what runs out first, None where nothing does."""

    episode: str
    authority: str
    reference: str
    facts: tuple[str, ...]
    missing: str
    since: str
    risk: str | None
    owner: str | None
    team: str | None
    done: tuple[str, ...]
    clock: Clock | None
    bar: Bar | None
    further: int
    start: datetime | None


def missing_card(held: HeldCase, pack: Pack, now: datetime) -> MissingCard:
    """The card of an open episode."""
    case = held.case
    assert isinstance(case, Case)
    episode, record = case.episode, held.child.record
    waits = work_clocks(held.work, pack, now)
    ahead = [clock for clock in clocks_ahead(held, pack, now) if clock.due and clock.due > now]
    clocks = sorted_clocks([*waits, *ahead])
    first = next((clock for clock in clocks if clock.due), None)
    service = record.services[0] if record.services else None
    start = episode.start or episode.opened_at
    return MissingCard(
        episode=episode.id,
        authority=held.authority,
        reference=police_reference(held),
        facts=tuple(_facts(held, now)),
        missing=time_missing(now - start),
        since=day_and_hour(start, now),
        risk=episode.risk,
        owner=service.worker if service else None,
        team=service_name(pack, service.service) if service else None,
        done=tuple(_done(case, pack, now)),
        clock=first,
        bar=first.bar(now, milestones(held, pack)) if first else None,
        further=len(clocks) - (first is not None),
        start=episode.start,
    )


def heads_in_order(heads: Sequence[OpenHead], packs: Packs, now: datetime, by: str = "limit") -> list[OpenHead]:
    """What runs out first; what has no limit last, the longest missing first. By risk: the highest first, and so within
    each grade."""

    def limit(head: OpenHead) -> tuple[bool, datetime, datetime, tuple[str, ...]]:
        due = first_limit(head, packs.version(head.authority, head.pack), now)
        return due is None, due or head.start, head.start, head.references

    def risk(head: OpenHead) -> int:
        return _RISKS.index(head.risk) if head.risk in _RISKS else len(_RISKS)

    return sorted(heads, key=lambda head: (risk(head) if by == "risk" else 0, limit(head)))


def first_limit(head: OpenHead, pack: Pack, now: datetime) -> datetime | None:
    """When the first clock of its card runs out; None where none has a limit."""
    waits = [due for row in head.work if (due := readers_limit(row)) is not None]
    ahead = [due for rule, due in head.timers if due > now and is_told(pack, rule)]
    return min([*waits, *ahead], default=None)


def team_of(head: OpenHead, pack: Pack) -> str | None:
    """The service that holds the case, as its people call it."""
    return service_name(pack, head.service) if head.service else None


def service_name(pack: Pack, service: str) -> str:
    return pack.means.get(f"services.{service}", service.upper())


def police_reference(held: HeldCase) -> str:
    """The police reference of an episode; where there is none, that a worker reported it."""
    case = held.case
    references = case.episode.references if isinstance(case, Case) else ()
    return reference_in_words([reference.incident for reference in references])


def reference_in_words(incidents: Iterable[str]) -> str:
    return ", ".join(incidents) or "No police reference"


def record_number(held: HeldCase) -> str:
    """The child's number in the case system, as people there look it up; empty where none is known."""
    return next((value for _, value in held.child.record.identifiers), "")


def _facts(held: HeldCase, now: datetime) -> list[str]:
    case = held.case
    assert isinstance(case, Case)
    episode, record, age = case.episode, held.child.record, held.age_at(now)
    other = "absent" if episode.classification == "missing" else "missing"
    classified = f"{episode.classification} (not {other})" if episode.classification else "missing or absent: not said"
    care = "in care" if record.looked_after else "not in care" if record.known else "not on the register"
    place = episode.missing.missing_from if episode.missing else None
    times = held.starts_within_90_days
    told = [f"Age {age}" if age is not None else "Age not known", care, classified]
    told += [f"from {place.replace('_', ' ')}"] if place else []
    return [*told, f"{_nth(times)} in 90 days"] if times > 1 else told


def _done(case: Case, pack: Pack, now: datetime) -> list[str]:
    """The newest two things that were sent."""
    sent = [p for p in case.promises if not p.undone][-2:]
    return [f"Sent {day_and_hour(p.at, now)}: {act_of(pack, p.type, p.kind)}" for p in reversed(sent)]


def _nth(count: int) -> str:
    teens = 10 <= count % 100 <= 20
    return f"{count}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(count % 10, 'th')}"
