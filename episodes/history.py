"""What an episode's reports have brought, from its beginning, as events that rules may be asked about once more.
Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from episodes.episode import Episode
from episodes.events import Change, Event
from episodes.reports import Missing, Origin


def beginning(missing: Missing, cause: Origin) -> Event:
    """That the episode opened, told once more because of another message."""
    (event,) = anew([Event(Change.OPENED, missing, missing.origin.at)], cause)
    return event


def beginning_anew(episode: Episode, cause: Origin) -> tuple[Event, ...]:
    """That it opened, and that the child is back where that is so; told once more because of a message."""
    assert episode.missing is not None
    events = [Event(Change.OPENED, episode.missing, episode.missing.origin.at)]
    if episode.back and episode.found is not None:
        events.append(Event(Change.FOUND, episode.found, episode.return_at or cause.at))
    return anew(events, cause)


def history(episode: Episode, cause: Origin) -> tuple[Event, ...]:
    """That it opened, and what people did in it since, in the order of receipt; told once more because of a message."""
    assert episode.missing is not None
    return (beginning(episode.missing, cause), *anew(acts(episode), cause))


def acts(episode: Episode) -> list[Event]:
    """What people did in an episode, in the order of receipt."""
    events = [
        Event(Change.DECIDED, d, d.origin.at, f"{d.kind}.{d.decision}") for d in episode.decisions if not d.unasked
    ]
    events += [Event(Change.MEETING, m, m.held_at, kind) for m in episode.meetings for kind in m.kinds]
    events += [Event(Change.INTERVIEW, o, o.at, o.result) for o in episode.outcomes]
    events += [Event(Change.DOCUMENT, d, d.at, d.kind) for d in episode.documents]
    events += [Event(Change.TASK_COMPLETED, t, t.at, t.kind) for t in episode.tasks]
    return sorted(events, key=lambda event: event.report.origin.at)


def anew(events: Iterable[Event], cause: Origin) -> tuple[Event, ...]:
    """The events, answered once more because of a message."""
    return tuple(replace(event, report=_because(event.report, cause)) for event in events)


def _because(report: Any, cause: Origin) -> Any:
    if report.origin.parts == cause.parts:
        return report
    return replace(report, origin=replace(report.origin, again=cause.answered))
