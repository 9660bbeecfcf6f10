"""All that a rule may look at: the episode, the register record, the child's other episodes, what was promised, the
instant and the calendar. A value: what changes while rules fire is another situation, and the event that a rule answers
is passed beside it. The questions that rules ask more than once are answered here."""

from calendar import isleap
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from episodes.episode import Episode, Reference
from episodes.events import Change, Event
from episodes.record import RegisterRecord
from episodes.reports import Actor, Decided, InterviewOutcome, MeetingHeld
from routing.calendar import Calendar, first_instant_of, london_date
from routing.case import AnyCase, Case
from routing.codes import names_of
from routing.message_types import INTERVIEW_REQUEST, MESSAGE_TYPES
from routing.messages import Promise
from routing.pack import Pack

RELEASE_AWAITED = "/waits"
"""What stands behind the name of a rule whose message waits for a person's release (AMB-08)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is true at one moment while a report is being answered.

    `about` tells whether `episode` is one, or stands in for the child's duties, for a national alert or for a return
    told early, which are none.
    `as_of` is the instant that timed rules are read at: the receipt of the report, or the due time of a timer, which
    the clock may have passed. `codes` are the authority's official ones. `promises` holds also what earlier rules have
    sent in answer to the same report. `release` is the kind of task that releases what is held back; None: the hub
    releases by itself. `waiting` are the messages that have not left yet.
    """

    episode: Episode
    record: RegisterRecord
    others: tuple[Case, ...]
    promises: tuple[Promise, ...]
    as_of: datetime
    calendar: Calendar
    codes: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    about: Literal["episode", "child", "alert", "early"] = "episode"
    release: str | None = None
    waiting: Collection[str] = ()
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was looked up in it or in one that it was made of. Whoever keeps something says what of."""

    # ---- counting (T-9)

    def counted(self) -> Iterator[Episode]:
        """Episodes of being missing up to and with this one, by their start; none when this one does not count."""
        start = self.episode.start
        if start is None or not self.episode.counts:
            return
        for other in self.others:
            if other.episode.counts and other.episode.start and other.episode.start <= start:
                yield other.episode
        yield self.episode

    def occasions(self) -> int:
        return sum(1 for _ in self.counted())

    def starts_within(self, days: int) -> int:
        """Episodes whose start date lies no more than `days` days before this one's start date, itself included."""
        if self.episode.start is None:
            return 0
        newest = london_date(self.episode.start)
        dates = (london_date(e.start) for e in self.counted() if e.start)
        return sum(1 for day in dates if newest - day <= timedelta(days=days))

    # ---- the incident

    def reference(self) -> Reference | None:
        """The police reference of the episode; for a child's duties, that of the open episode, else of the newest."""
        if self.about != "child":
            return self.episode.references[0] if self.episode.references else None
        known = [e for e in self._episodes() if e.references and e.state not in ("retracted", "waiting")]
        known.sort(key=lambda e: (e.state == "open", e.opened_at, e.id))
        return known[-1].references[0] if known else None

    def reported_missing(self) -> bool:
        """The child was reported missing at some time, in this episode or another, and not in error."""
        return any(e.missing is not None and e.state not in ("retracted", "waiting") for e in self._episodes())

    def document_made(self, kinds: Collection[str]) -> datetime | None:
        """When the newest version of one of these documents was made, as the register or a report tells."""
        dates = [d.updated_at for d in self.record.documents if d.kind in kinds]
        dates += [d.at for e in self._episodes() for d in e.documents if d.kind in kinds]
        return max(dates, default=None)

    # ---- judgements: the newest decision of a person, else the report, else the register

    def vulnerable(self) -> bool | None:
        decision = self.episode.decided("vulnerability")
        if decision:
            return decision.decision == "vulnerable"
        report = self.episode.missing
        return _first(report.vulnerable if report else None, self.record.vulnerable)

    def child_protection_concern(self) -> bool:
        report = self.episode.missing
        return bool(_first(report.child_protection_concern if report else None, self.record.child_protection_concern))

    def looked_after(self) -> bool:
        return self.record.looked_after

    def responsible_elsewhere(self) -> str | None:
        """The other authority that answers for the child, as it is named; None where it is this one. The register
        decides, the police's word counts where the register is silent (AMB-163)."""
        report = self.episode.missing or self.episode.found
        told = report.responsible_authority if report else None
        word = (self.record.responsible_authority if self.record.known else told) or ""
        own = {name.lower() for name in (self.episode.authority, *self.codes)}
        return word if word.strip() and own.isdisjoint(names_of(word)) else None

    # ---- promises

    def promised(self, what: str) -> Iterator[Promise]:
        """Promises of this episode of that rule, type, or type with kind, less what was undone."""
        return (p for p in self.promises if p.is_a(what) and not p.undone)

    def reached(self, what: str) -> Iterator[Promise]:
        """The same, less what was over before its message could leave: it goes to nobody."""
        return (p for p in self.promised(what) if p.open or p.message not in self.waiting)

    def promised_to_child(self, what: str) -> Iterator[Promise]:
        """The same, in any episode of the child."""
        yield from self.promised(what)
        for other in self.others:
            yield from (p for p in other.promises if p.is_a(what) and not p.undone)

    def last_held(self, kind: str) -> datetime | None:
        """When a meeting of that kind was last held, in any episode of the child."""
        meeting = self.last_meeting((kind,))
        return meeting.held_at if meeting else None

    def last_meeting(self, kinds: tuple[str, ...]) -> MeetingHeld | None:
        """The last meeting of these kinds, in any episode of the child."""
        return max(self.meetings(kinds), key=lambda m: m.held_at, default=None)

    def meetings(self, kinds: tuple[str, ...]) -> Iterator[MeetingHeld]:
        """The meetings of these kinds, in any episode of the child."""
        return (m for e in self._episodes() for kind in kinds for m in e.held(kind))

    def newest_decision(self, kind: str) -> Decided | None:
        """The newest decision of that kind, in any episode of the child."""
        made = (d for e in self._episodes() for d in e.decisions if d.kind == kind and not d.unasked)
        return max(made, key=lambda d: d.origin.at, default=None)

    def _episodes(self) -> tuple[Episode, ...]:
        return (self.episode, *(c.episode for c in self.others))

    def sides(self) -> tuple[Actor, ...]:
        """Between whom the newest disagreement of the episode is."""
        raised = [d.between for d in self.episode.disagreements if d.stage == "raised"]
        return raised[-1] if raised else ()

    def released_at(self) -> datetime | None:
        """When a person released what was held back; None where nobody has, or need not."""
        return next((t.at for t in self.episode.tasks if t.kind == self.release), None)

    # ---- the return interview

    def outcome(self) -> InterviewOutcome | None:
        """The outcome that stands: a completed interview, else the newest. To whom the interview is given takes back
        nothing of what became of it before."""
        newest = self.episode.outcomes[::-1]
        done = (o for o in newest if o.result == "completed")
        more = (o for o in newest if o.result != "assigned")
        return next(done, None) or next(more, None) or next(iter(newest), None)

    def interview(self) -> str:
        """none, requested, assigned, offered, completed, refused, not_offered or withdrawn."""
        outcome = self.outcome()
        if outcome:
            return outcome.result
        withdrawal = MESSAGE_TYPES[INTERVIEW_REQUEST].withdrawn_by
        if withdrawal and any(True for _ in self.promised(withdrawal)):
            return "withdrawn"
        return "requested" if any(True for _ in self.promised(INTERVIEW_REQUEST)) else "none"

    def carried_here(self, episode: Episode | None = None) -> Iterator[Case]:
        """The cases whose interview this episode (or another one of the child) carries on: it was given up there
        because the child went missing again (3.2: a withdrawal creates a link to the next request)."""
        follows = (episode or self.episode).follows
        return (case for case in self.others if case.episode.id in follows)

    def carried_on(self) -> bool:
        """Whether a later episode carries on the interview of this one."""
        here = self.episode.id
        return any(here in case.episode.follows and case.episode.state != "retracted" for case in self.others)

    def covered(self, episode: Episode | None = None) -> Iterator[Episode]:
        """The episodes that an interview about this one covers, the oldest first; one that was retracted is left out,
        and what it carried on is not."""
        here = episode or self.episode
        for case in self.carried_here(here):
            yield from self.covered(case.episode)
        if here.state != "retracted":
            yield here

    def interview_due(self, measure: str | None = None) -> datetime | None:
        """The limit last given with the request for the interview; of those with that measure, where one is named."""
        dues = [p.due for p in self.promised(INTERVIEW_REQUEST) if measure in (None, p.measure)]
        return dues[-1] if dues else None

    # ---- age

    def age_at(self, at: datetime) -> int | None:
        """Age in whole years on that day in London; None where no date of birth or age is known."""
        if born := self.born():
            return years_between(born, london_date(at))
        return self.episode.missing.age if self.episode.missing else None

    def born(self) -> date | None:
        """The date of birth in the register, else the one that was reported; one that the age in the report contradicts
        is as good as none (AMB-171)."""
        report = self.episode.missing
        if report is None:
            return self.record.date_of_birth
        told = (self.record.date_of_birth, report.date_of_birth)
        return next((born for born in told if born and fits_age(born, report.age, london_date(report.origin.at))), None)


def situation_at(
    case: AnyCase,
    episode: Episode,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    calendar: Calendar | None = None,
    waiting: Collection[str] = (),
) -> Situation:
    due = timer_due(events)
    return Situation(
        episode=episode,
        record=record,
        others=others,
        promises=case.promises,
        as_of=due.at if due else now,
        calendar=calendar or pack.calendar,
        codes=pack.codes,
        events=events,
        release=pack.release.task if pack.release and not pack.auto_release else None,
        waiting=waiting,
    )


def timer_due(events: tuple[Event, ...]) -> Event | None:
    return next((e for e in events if e.change is Change.TIMER_DUE), None)


def years_between(born: date, day: date) -> int:
    """Whole years; one born on 29 February comes of age on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def fits_age(born: date, age: int | None, day: date) -> bool:
    """Whether a date of birth is near enough to the age, if any, that is told on a day (AMB-171)."""
    return age is None or abs(years_between(born, day) - age) <= _YEARS_APART


_YEARS_APART = 2


def birthday(born: date, years: int) -> datetime:
    """The first instant of that birthday in London, in UTC; of one born on 29 February, that of 1 March in a common
    year."""
    leap = (born.month, born.day) == (2, 29) and not isleap(born.year + years)
    day = date(born.year + years, 3, 1) if leap else born.replace(year=born.year + years)
    return first_instant_of(day)


def _first(*values: bool | None) -> bool | None:
    return next((v for v in values if v is not None), None)
