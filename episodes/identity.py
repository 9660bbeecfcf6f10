"""Which of a child's episodes a report speaks of. Pure; what counts as the same episode is a term of the authority."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum

from episodes.accounts import held_from, kind_of, start_told, started, told_by
from episodes.early import own_time
from episodes.episode import Episode, Reference, Terms
from episodes.reports import About, Found, InvestigationEnded, Missing, Report, Retracted, StatusChanged


class Whose(Enum):
    """An answer that is no episode held: the report begins one of its own, or speaks of none that is known."""

    ITS_OWN = "its own"
    NONE = "none"


def episode_of(report: Report, episodes: Sequence[Episode], terms: Terms) -> Episode | Whose:
    """The episode. `episodes` are those of one child at one authority, oldest first. A found report may end several:
    this is the one that it names, or the first."""
    known = [e for e in episodes if e.state != "retracted"]
    match report:
        case Missing() if kind_of(report) not in terms.begun_by:
            return _told_once_more(report, known, terms) or _still_open(known) or Whose.ITS_OWN
        case Missing():
            return _told_once_more(report, known, terms) or _joined(report, known, terms) or Whose.ITS_OWN
        case Found():
            return next(iter(ended_by(report, known, terms)), Whose.NONE)
    named = _named(report.about, known, own_time(report))
    if named is not None:
        return named
    match report:
        case StatusChanged() | InvestigationEnded() | Retracted():
            return Whose.NONE
        case _:
            if report.about.incident or report.about.episode:
                return Whose.NONE
            return _present(known) or Whose.NONE


def _referred(about: About, episodes: Iterable[Episode]) -> list[Episode]:
    """The episodes that the report names by id or by reference, in the order of their beginnings: a force may use its
    reference again (AMB-173)."""
    if about.episode is not None:
        return [e for e in episodes if e.id == about.episode]
    if about.incident is None:
        return []
    referred = (e for e in episodes if names_one_of(about, e.references))
    return sorted(referred, key=lambda e: e.start or e.opened_at)


def _named(about: About, episodes: Iterable[Episode], at: datetime) -> Episode | None:
    """The episode that the report names; of several under one reference the last that had begun by then."""
    referred = _referred(about, episodes)
    begun = [e for e in referred if e.start is None or e.start <= at]
    return next(reversed(begun or referred), None)


def names_one_of(about: About, references: Iterable[Reference]) -> bool:
    """Whether a report names one of these references; one that names no force means the incident of any."""
    return any(r.incident == about.incident and about.force in (None, r.force) for r in references)


def _present(episodes: Sequence[Episode]) -> Episode | None:
    """The child's open episode, else the newest one that has begun."""
    begun = [e for e in episodes if e.state != "new"]
    return _still_open(begun) or (begun[-1] if begun else None)


def _still_open(episodes: Sequence[Episode]) -> Episode | None:
    return next((e for e in reversed(episodes) if e.state == "open"), None)


# ---- missing


def _told_once_more(report: Missing, episodes: Sequence[Episode], terms: Terms) -> Episode | None:
    """The episode that the report names. What begins after the return from it is another absence, for which the force
    has used its reference again (AMB-173), unless that beginning is known of it already."""
    named, start = _referred(report.about, episodes), start_told(report, terms)
    if start is None:
        return named[-1] if named else None
    return next((e for e in named if not _is_over_by(e, start) or _began_then(e, report, start, terms)), None)


def _began_then(episode: Episode, report: Missing, start: datetime, terms: Terms) -> bool:
    """Whether it is known of the episode already that it began at that instant, be the return before it."""
    told = (episode.missing, held_from(episode, report))
    return episode.start == start or any(t is not None and start_told(t, terms) == start for t in told)


def _is_over_by(episode: Episode, start: datetime) -> bool:
    return episode.return_at is not None and episode.return_at < start


def _joined(report: Missing, episodes: Sequence[Episode], terms: Terms) -> Episode | None:
    """The episode that a report under another reference joins: one that is over and within which it began (AMB-188);
    else, where the terms let it or workers and police tell of one absence, the open one or the newest (AMB-90)."""
    if not episodes:
        return None
    start = started(report, terms)
    over = within_closed(start, episodes)
    if over is not None:
        return over
    open_one = _still_open(episodes)
    newest = open_one or episodes[-1]
    of_other_kind = newest.missing is not None and kind_of(report) not in told_by(newest)
    if open_one is not None:
        return open_one if terms.second == "joins" or report.by is not None or of_other_kind else None
    if not of_other_kind or terms.same_within is None or newest.start is None:
        return None
    after_return = newest.return_at is not None and start > newest.return_at
    return newest if _near(newest.start, start, terms.same_within) and not after_return else None


def within_closed(start: datetime, episodes: Iterable[Episode]) -> Episode | None:
    """The absence, over already, within which that instant lies."""
    over = (e for e in episodes if e.start and e.return_at)
    return next((e for e in over if e.start and e.return_at and e.start <= start < e.return_at), None)


# ---- found


def ended_by(report: Found, episodes: Sequence[Episode], terms: Terms) -> list[Episode]:
    """The episodes that a return ends: the one of its reference, and every open one of the child that began before it,
    whatever reference it has (AMB-185, AMB-187, AMB-189). A return told once more is of the episodes that it ended. One
    under no known reference may be of an absence that a worker has seen end already (AMB-90, AMB-152)."""
    known = [e for e in episodes if e.state != "retracted"]
    back = report.return_at
    named = _named(report.about, known, back or own_time(report))
    if named is not None and named.found is not None and named.back:
        return [named, *(e for e in known if e is not named and e.back and _ended_together(e, named.found))]
    open_ones = [e for e in known if e.state == "open" and e is not named and _began_before(e, back)]
    if terms.found_ends == "own":
        open_ones = [] if named or report.about.incident else open_ones[-1:]
    if named is not None or open_ones:
        return [*([named] if named else []), *open_ones]
    seen = _seen_back(report, known, terms)
    return [seen] if seen else []


def _ended_together(episode: Episode, told: Found) -> bool:
    """Whether it was the same message that ended this one."""
    return episode.found is not None and episode.found.origin == told.origin


def _began_before(episode: Episode, at: datetime | None) -> bool:
    return at is not None and episode.start is not None and episode.start <= at


def _seen_back(report: Found, episodes: Sequence[Episode], terms: Terms) -> Episode | None:
    """The child's newest episode, where this return may be told of it once more. A worker who names none means the
    newest; a return long after that one is of an absence not known yet."""
    present, back = _present(episodes), report.return_at
    if present is None or back is None or present.start is None:
        return None
    within = terms.same_within or timedelta(hours=24)
    if report.deceased and report.about.incident is None:
        return present
    if report.about.incident is None or report.by is not None:
        over = present.return_at is not None and back - present.return_at > within
        return None if over and back >= present.start else present
    if terms.second == "separate" or back < present.start or present.return_at is None or terms.same_within is None:
        return None
    if "police" in told_by(present):
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
