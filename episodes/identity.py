"""Which of a child's episodes a report speaks of. Pure; what counts as the same episode is a term of the authority."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum

from episodes.accounts import kind_of, start_told, started, told_by
from episodes.episode import Episode, Reference, Terms
from episodes.reports import About, Found, InvestigationEnded, Missing, Report, Retracted, StatusChanged


class Whose(Enum):
    """An answer that is no episode held: the report begins one of its own, or speaks of none that is known."""

    ITS_OWN = "its own"
    NONE = "none"


def episode_of(report: Report, episodes: Sequence[Episode], terms: Terms) -> Episode | Whose:
    """The episode, oldest of several. `episodes` are those of one child at one authority, oldest first."""
    known = [e for e in episodes if e.state != "retracted"]
    named = _named(report, known, terms)
    if named is not None:
        return named
    match report:
        case Missing() if kind_of(report) not in terms.begun_by:
            return _still_open(known) or Whose.ITS_OWN
        case Missing():
            return _joined(report, known, terms) or Whose.ITS_OWN
        case Found():
            if report.about.incident is None or report.by is not None:
                return _present(known) or Whose.ITS_OWN
            return _returned_from(report, known, terms) or Whose.ITS_OWN
        case StatusChanged() | InvestigationEnded() | Retracted():
            return Whose.NONE
        case _:
            if report.about.incident or report.about.episode:
                return Whose.NONE
            return _present(known) or Whose.NONE


def _named(report: Report, episodes: Sequence[Episode], terms: Terms) -> Episode | None:
    """The episode that the report names by id or by reference. A force may use its reference again: what begins after
    the return of a period is another absence, and a return belongs to the last that had begun by then (AMB-173)."""
    about = report.about
    if about.episode is not None:
        return next((e for e in episodes if e.id == about.episode), None)
    if about.incident is None:
        return None
    named = sorted((e for e in episodes if names_one_of(about, e.references)), key=lambda e: e.start or e.opened_at)
    match report:
        case Missing():
            start = start_told(report, terms)
            if start is None:
                return named[-1] if named else None
            return next((e for e in named if _began_then(e, start, terms) or not _is_over_by(e, start)), None)
        case Found() if len(named) > 1 and (back := report.return_at) is not None:
            begun = [e for e in named if e.start is None or e.start <= back]
            return begun[-1] if begun else named[0]
    return _present(named) or (named[-1] if named else None)


def _began_then(episode: Episode, start: datetime, terms: Terms) -> bool:
    """Whether it is known of the episode already that it began at that instant, be the return before it."""
    return episode.start == start or (episode.missing is not None and start_told(episode.missing, terms) == start)


def _is_over_by(episode: Episode, start: datetime) -> bool:
    return episode.return_at is not None and episode.return_at < start


def names_one_of(about: About, references: Iterable[Reference]) -> bool:
    """Whether a report names one of these references; one that names no force means the incident of any."""
    return any(r.incident == about.incident and about.force in (None, r.force) for r in references)


def _present(episodes: Sequence[Episode]) -> Episode | None:
    """The child's open episode, else the newest one that has begun."""
    begun = [e for e in episodes if e.state != "new"]
    return _still_open(begun) or (begun[-1] if begun else None)


def _still_open(episodes: Sequence[Episode]) -> Episode | None:
    return next((e for e in reversed(episodes) if e.state == "open"), None)


def _joined(report: Missing, episodes: Sequence[Episode], terms: Terms) -> Episode | None:
    """The episode that a report under a new reference joins, where the terms let it (AMB-90)."""
    if not episodes:
        return None
    start = started(report, terms)
    if _waits_for(episodes[-1], start):
        return episodes[-1]
    if terms.second == "separate":
        return None
    open_one = _still_open(episodes)
    newest = open_one or episodes[-1]
    of_other_kind = newest.missing is not None and kind_of(report) not in told_by(newest)
    if open_one is not None:
        return open_one if terms.second == "joins" or report.by is not None or of_other_kind else None
    if not of_other_kind or terms.same_within is None or newest.start is None:
        return None
    after_return = newest.return_at is not None and start > newest.return_at
    return newest if _near(newest.start, start, terms.same_within) and not after_return else None


def _waits_for(parked: Episode, start: datetime) -> bool:
    """Somebody said under no reference that the child is back, before anybody said that it was missing (AMB-77)."""
    if parked.state != "parked" or parked.references or parked.found is None:
        return False
    return parked.found.return_at is not None and parked.found.return_at >= start


def _returned_from(report: Found, episodes: Sequence[Episode], terms: Terms) -> Episode | None:
    """The episode that a return under an unknown reference belongs to. An open one that no worker could give its
    reference to, or any open one, where the terms add a second reference to it; else one that workers alone have told
    of and seen end within the hours in which both speak of one occasion (AMB-90, AMB-152)."""
    present, back = _present(episodes), report.return_at
    if terms.second == "separate" or present is None or present.start is None or back is None or back < present.start:
        return None
    if present.state == "open":
        return present if terms.second == "joins" or not present.references else None
    if present.return_at is None or terms.same_within is None or "police" in told_by(present):
        return None
    return present if _near(present.return_at, back, terms.same_within) else None


def _near(one: datetime, other: datetime, within: timedelta) -> bool:
    return abs(one - other) <= within


def missing_again(earlier: Episode, later: Episode) -> bool:
    """Whether the later episode began after the child had come back from the earlier one. One that is told of late,
    or a second reference of the same absence, is no further time."""
    back = earlier.return_at
    return later.start is not None and (back is None or later.start >= back)


def reference_of(about: About) -> Reference | None:
    """The police reference that a report names, where it names both halves."""
    return Reference(about.force, about.incident) if about.force and about.incident else None
