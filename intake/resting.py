"""Absences that were loaded from history: facts are kept of them and nothing is said, until a person starts their
clocks."""

from dataclasses import replace

from enrichment.children import Child
from episodes.episode import Episode
from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.history import history
from episodes.reports import Origin
from intake.step import CaseChange, Context, Step, raised
from routing.case import Case

_RESTS = (
    "It is about an absence that was loaded from history. It is kept, and nothing follows from it, as the clocks of "
    "that absence have not been started: see `homeward load-history --start`."
)
_FROM_ELSEWHERE = (*OF_THE_REGISTER, Change.RECOUNTED, Change.MEETING_ELSEWHERE, Change.DECIDED_ELSEWHERE)


def keep_facts(context: Context, child: Child, case: Case, episode: Episode, events: tuple[Event, ...]) -> Step:
    """What changed is kept of the episode, and what was promised stands. Where somebody tells of an absence of history
    today, a person hears that its clocks stand still."""
    begins = context.history and case.episode.state == "new" and not case.promises
    after = replace(case, episode=episode, from_history=case.from_history or begins)
    child.keep(after)
    context.children.refer(child, after)
    if not events:
        return Step()
    step, report = Step((CaseChange(child, after, events),)), events[0].report
    if context.history or all(event.change in _FROM_ELSEWHERE for event in events):
        return step
    return step + raised(context, child.authority, "data_quality", _RESTS, report, report.about)


def may_start(case: Case) -> bool:
    """Whether it is an absence of history whose clocks a person may start."""
    return case.from_history and case.episode.missing is not None and case.episode.state in ("open", "ended", "found")


def clocks_started(context: Context, case: Case) -> tuple[Case, tuple[Event, ...]]:
    """The case with its clocks to run from now on, and what its rules are to be asked about: all that was told of
    it."""
    episode = case.episode
    origin = Origin("/homeward/history", case.id, "history.started", context.now)
    events = history(episode, origin)
    if episode.back and episode.found is not None:
        events += (Event(Change.FOUND, episode.found, episode.found.return_at or episode.found.origin.at),)
    if episode.state == "ended" and episode.ended is not None:
        events += (Event(Change.ENDED, episode.ended, episode.ended.ended_at or episode.ended.origin.at),)
    return Case(episode), events
