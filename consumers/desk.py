"""The desk on which a batch is worked: each report is placed, advanced and answered, in order, in memory.

Pure but for what it collects; `consumers.intake` loads before and saves after, in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from consumers.discovering import discovered
from consumers.files import ask_file
from consumers.identifying import SPEAKS_OF_NONE, Doubt, identified
from consumers.raw import Judged, Told
from consumers.relinking import relink
from consumers.words import unknown_word
from enrichment.authorities import concerned
from enrichment.linking import partners
from enrichment.people import Ambiguous, Child, People
from enrichment.registering import recorded, withdrawn
from episodes.accounts import kind_of, started
from episodes.advance import advance
from episodes.episode import Episode
from episodes.events import Change, Event
from episodes.identity import Whose, episode_of, missing_again, reference_of
from episodes.reports import (
    About,
    Decided,
    DocumentUpdated,
    Found,
    Matched,
    MeetingHeld,
    Missing,
    Origin,
    RecordHeld,
    Report,
    Retracted,
    ServiceChanged,
    TaskDone,
    TimerFell,
)
from episodes.waiting import next_to_open, released, waiting_where_blocked
from routing.carrying import gave_up
from routing.decide import decide
from routing.exceptions import exception
from routing.library import HUB, Packs
from routing.messages import Message, derived_id
from routing.situation import Case, waiting_for
from store.feeds import Feed
from store.rows import TimerRow

# A register change is told to the episodes that are not closed: the rules decide what it means to them.
LIVE = ("open", "found", "ended")


@dataclass(slots=True)
class Desk:
    """What the reports of one transaction lead to. `feeds`: the age of each register; `stale_after`: from when on that
    is worth a word."""

    people: People
    packs: Packs
    now: datetime
    messages: list[Message] = field(default_factory=list)
    events: list[tuple[Child, Episode, tuple[Event, ...]]] = field(default_factory=list)
    unplaced: list[tuple[Told, str]] = field(default_factory=list)
    no_news: list[Told] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    stale_after: timedelta = timedelta(days=2)

    def answer(self, told: Told) -> None:
        """Takes one report in at every authority that it concerns."""
        report = told.report
        authorities, unknown = concerned(report, self.people, self.packs, told.described)
        if unknown and not authorities:
            self.tell(HUB, "unknown_authority", _NO_PACK, report, report.about)
        for authority in authorities:
            fault = unknown_word(report, self.packs.governing(authority, self.now))
            if fault:
                self.unplaced.append((told, fault))
                self.tell(authority, "unreadable", f"unknown_word: {fault}", report, report.about)
                continue
            try:
                self._at(authority, told)
            except Ambiguous as why:
                self.tell(authority, "doubtful_match", str(why), report, report.about)

    def fell(self, timer: TimerRow) -> None:
        """A timer falls due: its rule is asked again."""
        assert timer.episode is not None
        child = self.people.whose(timer.authority, About(authority=timer.authority, episode=timer.episode))
        if child is None:
            return
        origin = Origin("/homeward/timers", timer.id, "timer.fired", timer.due_at)
        report = TimerFell(origin=origin, about=About(episode=timer.episode), rule=timer.rule)
        case = child.case(timer.episode)
        if case.episode.state == "file":
            ask_file(self, child, report)
        else:
            self.step(child, case, report)

    # ---- one authority

    def _at(self, authority: str, told: Told) -> None:
        report = told.report
        if isinstance(report, RecordHeld):
            self._hear_register(authority, told)
            return
        if isinstance(report, Matched):
            if not relink(self, authority, report):
                self.tell(authority, "doubtful_match", SPEAKS_OF_NONE, report, report.about)
            return
        known, doubt = identified(self, authority, told)
        if known is None:
            detail = doubt.detail if doubt and not doubt.nobody else SPEAKS_OF_NONE
            self.tell(authority, "doubtful_match", detail, report, report.about)
            return
        if isinstance(report, Missing):
            self.people.adopt(known, report.about)
        heard = len(self.events)
        self.place(known, report, doubt)
        if self.judged and self.judged[-1].report is report:
            into = next((episode.id for _, episode, _ in self.events[heard:]), None)
            self.judged[-1] = replace(self.judged[-1], episode=into)
        ask_file(self, known, report, [event for _, _, events in self.events[heard:] for event in events])

    def place(self, child: Child, report: Report, doubt: Doubt | None = None) -> None:
        if isinstance(report, ServiceChanged):
            child.hold(child.record.after(report))
        elif isinstance(report, DocumentUpdated):
            child.hold(child.record.with_document(report.kind, report.at))
        pack = self.packs.governing(child.authority, self.now)
        episodes = sorted((c.episode for c in child.cases.values()), key=lambda e: (e.opened_at, e.id))
        whose = episode_of(report, episodes, pack.terms)
        if isinstance(whose, Episode):
            if isinstance(report, MeetingHeld):
                self._meeting(child, child.cases[whose.id], report)
            else:
                self.step(child, child.cases[whose.id], report)
            if isinstance(report, Decided):
                self._tell_linked(child.cases[whose.id], report)
        elif whose is Whose.ITS_OWN:
            assert isinstance(report, Missing | Found)
            self._begin(child, report, episodes, doubt)
        elif isinstance(report, ServiceChanged | DocumentUpdated):
            self._tell_register(child, report)
        elif isinstance(report, TaskDone) and child.file is not None:
            pass  # a task of the child's file
        elif not (isinstance(report, Retracted) and any(reference_of(report.about) in e.references for e in episodes)):
            # A second retraction of what was taken back already is no news.
            self.tell(child.authority, "doubtful_match", SPEAKS_OF_NONE, report, report.about)

    def _begin(self, child: Child, report: Missing | Found, episodes: Sequence[Episode], doubt: Doubt | None) -> None:
        """An episode of its own. A reference that was retracted and is used again gets an id of its own too."""
        about, start = report.about, report.origin.at
        reference = (about.force or "", about.incident) if about.incident else (report.origin.source, report.origin.id)
        if isinstance(report, Missing):
            terms = self.packs.governing(child.authority, report.origin.at).terms
            start = started(report, terms)
            if kind_of(report) not in terms.begun_by:  # the reference is for the episode that the police begin
                reference = (report.origin.source, report.origin.id)
        pack = self.packs.governing(child.authority, start)
        generation = sum(1 for e in episodes if e.state == "retracted")
        key = derived_id("episode", child.authority, *reference, child.id, str(generation) if generation else "")
        episode = Episode(id=key, authority=child.authority, pack=pack.version, opened_at=report.origin.at)
        alert = isinstance(report, Missing) and report.alert and pack.terms.alerts
        if doubt and not alert and not (doubt.nobody and (isinstance(report, Found) or child.cases)):
            self.tell(child.authority, "doubtful_match", doubt.detail, report, about)
        self.step(child, Case(episode), report)

    def _hear_register(self, authority: str, told: Told) -> None:
        assert told.at is not None
        if told.record is None:
            child = withdrawn(self.people, authority, told.at, self.now)
        else:
            child = recorded(self.people, authority, told.report.about, told.record, told.described, told.at)
        if child is None:
            self.no_news.append(told)
        else:
            self._tell_register(child, told.report)
            discovered(self, child, told)
            ask_file(self, child, told.report)

    def _tell_register(self, child: Child, report: Report) -> None:
        """A change of what is held of the child, told to each of the episodes that are not closed."""
        for case in [c for c in child.cases.values() if c.episode.state in LIVE]:
            self.step(child, case, report)

    def _meeting(self, child: Child, case: Case, report: MeetingHeld) -> None:
        """A meeting counts for every episode that waits for it: first for those in which it was asked for."""
        events = tuple(Event(Change.MEETING_ELSEWHERE, report, report.held_at, kind) for kind in report.kinds)
        asked, joined = waiting_for([c for c in child.cases.values() if c.episode.state in LIVE], report.kinds)
        here = case.episode.id
        for each in [c for c in asked if c.episode.id != here]:
            self.decide(child, each, each.episode, events)
        self.step(child, case, report)
        for each in [c for c in joined if c.episode.id != here]:
            self.decide(child, each, each.episode, events)

    def step(self, child: Child, case: Case, report: Report) -> None:
        terms = self.packs.version(child.authority, case.episode.pack).terms
        others = [c.episode for c in child.others(case.episode.id)]
        episode = waiting_where_blocked(case.episode, report, others, terms)
        if isinstance(report, Missing):
            episode = self._linked(child, episode, report)
        self.take_in(child, case, *advance(episode, report, terms))
        self.release(child, report)

    def _linked(self, child: Child, episode: Episode, report: Missing) -> Episode:
        """The episode with its links to those of relatives who are reported together with the child, both ways."""
        for other, case in partners(child, episode, report, self.people):
            theirs = case.episode
            if theirs.id not in episode.linked:
                episode = replace(episode, linked=(*episode.linked, theirs.id))
            if episode.id not in theirs.linked:
                other.keep(replace(case, episode=replace(theirs, linked=(*theirs.linked, episode.id))))
        return episode

    def _tell_linked(self, case: Case, report: Decided) -> None:
        """A decision in an episode, told to those that it is linked to: the rules say what it means to them."""
        name = f"{report.kind}.{report.decision}"
        for linked in case.episode.linked:
            child = self.people.of_episode(linked)
            if child is not None and child.cases[linked].episode.state != "retracted":
                event = Event(Change.DECIDED_ELSEWHERE, report, report.origin.at, name)
                self.decide(child, child.cases[linked], child.cases[linked].episode, (event,))

    def release(self, child: Child, report: Report) -> None:
        """Reports that waited open their episodes, one by one, as soon as nothing stands in their way."""
        while (episode := next_to_open([c.episode for c in child.cases.values()])) is not None:
            case = child.cases[episode.id]
            terms = self.packs.version(child.authority, episode.pack).terms
            self.take_in(child, case, *released(episode, report, terms))

    def take_in(self, child: Child, case: Case, episode: Episode, events: tuple[Event, ...]) -> None:
        """Decides on what changed; where an episode has begun, the child's earlier ones are told first."""
        opened = next((event for event in events if event.change is Change.OPENED), None)
        self.decide(child, case, self._follow(child, episode, opened.report) if opened else episode, events)

    def _follow(self, child: Child, episode: Episode, report: Report) -> Episode:
        """Tells the child's earlier episodes that the child is missing again, where a rule listens to that. An
        interview that is given up there for it is carried on here."""
        follows = list(episode.follows)
        events = (Event(Change.MISSING_AGAIN, report, report.origin.at),)
        for earlier in sorted(child.others(episode.id), key=lambda c: (c.episode.opened_at, c.episode.id)):
            live = earlier.episode.state in (*LIVE, "new") and missing_again(earlier.episode, episode)
            if live and self.packs.version(child.authority, earlier.episode.pack).hears(Change.MISSING_AGAIN):
                self.decide(child, earlier, earlier.episode, events)
                if gave_up(earlier, child.cases[earlier.episode.id]):
                    follows.append(earlier.episode.id)
        return replace(episode, follows=tuple(follows))

    def decide(self, child: Child, case: Case, episode: Episode, events: tuple[Event, ...]) -> None:
        pack = self.packs.version(child.authority, case.episode.pack)
        answer = decide(case, episode, events, child.record, child.others(episode.id), pack, self.now)
        for kept in (answer.case, *answer.others):
            child.keep(kept)
        self.people.refer(child, answer.case)
        self.messages += answer.messages
        if events:
            self.events.append((child, episode, events))
            self._count_anew(child, case.episode, answer.case.episode, events[0].report)

    def _count_anew(self, child: Child, before: Episode, after: Episode, report: Report) -> None:
        """Tells the later episodes of the child that one before them became known, or moved: they may be repeats."""
        if not after.counts or after.start is None or (before.counts and before.start == after.start):
            return
        event = Event(Change.COUNTED_ANEW, report, report.origin.at)
        for case in [c for c in child.cases.values() if c.episode.state in LIVE and c.episode.id != after.id]:
            if case.episode.start is not None and case.episode.start > after.start:
                self.decide(child, case, case.episode, (event,))

    def tell(self, authority: str, kind: str, detail: str, report: Report, about: About) -> None:
        pack = self.packs.hub if authority == HUB else self.packs.governing(authority, self.now)
        cause = (report.origin.source, report.origin.id)
        self.messages.append(exception(pack, kind, detail, self.now, cause, about, about.identifiers))


_NO_PACK = "the authority that the message names has no pack here; pass it on by hand"
