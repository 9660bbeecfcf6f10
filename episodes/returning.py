"""The child is back: what a found report makes of an episode, once or again, and what becomes of it where the return
turns out not to be one."""

from dataclasses import replace

from episodes.episode import Episode, State, Terms
from episodes.events import Advanced, Change, Event, brought
from episodes.reports import Found, Missing

_OF_A_RETURN = (Change.FOUND, Change.RETURN_CHANGED, Change.CORRECTED)


def returned(episode: Episode, report: Found, terms: Terms) -> Advanced:
    """A death counts from any sender, whoever else may say that the child is found (AMB-207)."""
    after, events = _returned(episode, report, terms)
    if after.back and any(event.change in _OF_A_RETURN for event in events):
        after = replace(after, returns=(*after.returns, report.origin))
    return after, events


def _returned(episode: Episode, report: Found, terms: Terms) -> Advanced:
    if not report.deceased and ("worker" if report.by else "police") not in terms.found_by:
        return episode, () if episode.back else brought(Change.CONTRADICTION, report, "found_by_other")
    unsafe = report.safe_and_well is False and not terms.unsafe_ends
    if not report.deceased and (unsafe or not report.contact_made):
        return _located(episode, report, terms)
    held = episode.found
    if episode.missing is None:
        return episode, brought(Change.CONTRADICTION, report, "no_episode")
    if episode.state == "waiting":
        return replace(episode, found=report), ()
    if held is None or episode.state in ("open", "ended"):
        assert report.return_at is not None
        found = replace(episode, state="found", found=report, death=report if report.deceased else None)
        return found, brought(Change.FOUND, report, at=report.return_at) + _before_start(found, report)
    return _found_again(episode, held, report)


def _located(episode: Episode, report: Found, terms: Terms) -> Advanced:
    """Somebody knows where the child is, and no more. Where the same sender had said that the child is back, that was
    wrong: the child is missing from the old start (AMB-180)."""
    held, located = episode.found, replace(episode, located=report)
    wrong = episode.back and held is not None and _same_sender(held, report)
    if held is None or not wrong:
        return located, brought(Change.LOCATED, report)
    if outdated(held.revision, report.revision):
        return episode, ()
    state: State = "ended" if episode.ended and terms.investigation_ends else "open"
    reopened = replace(located, state=state, found=None, death=None, returns=())
    return reopened, brought(Change.REOPENED, report) + brought(Change.LOCATED, report)


def _found_again(episode: Episode, held: Found, report: Found) -> Advanced:
    """The same fact once more, unless the same kind of sender now names another time or another end: that is a
    correction. A death is one from any sender, and is corrected by whoever told it."""
    if report.undated:  # it has nothing to say of when that was, and moves no time limit
        report = replace(report, found_at=held.found_at, returned_at=held.returned_at, undated=held.undated)
    if report.deceased and not held.deceased and not _same_sender(held, report):
        dead = replace(held, end_reason=report.end_reason)
        return replace(episode, found=dead, death=report), brought(Change.CORRECTED, report, "found")
    if episode.death is not None and _takes_back(episode.death, report):
        told = report if _same_sender(held, report) else replace(held, end_reason=report.end_reason)
        corrected = brought(Change.DEATH_TAKEN_BACK, report) + brought(Change.CORRECTED, report, "found")
        alive, more = _at_another_time(replace(episode, found=told, death=None), held, report)
        return alive, corrected + more
    if not _same_sender(held, report) or outdated(held.revision, report.revision):
        return episode, ()
    death = episode.death or (report if report.deceased else None)
    if (held.found_at, held.returned_at) == (report.found_at, report.returned_at):
        kept = replace(report, end_reason=report.end_reason or held.end_reason)
        corrected = brought(Change.CORRECTED, report, "found") if kept.end_reason != held.end_reason else ()
        return replace(episode, found=kept, death=death), corrected
    kept = replace(report, end_reason=report.end_reason or (held.end_reason if death else None))
    return _at_another_time(replace(episode, found=kept, death=death), held, report)


def _at_another_time(episode: Episode, held: Found, report: Found) -> Advanced:
    """The episode, whose return is the newer of the two, and whether its times have moved by that."""
    told = episode.found
    assert told is not None
    if held.return_at == told.return_at and held.end_at == told.end_at:
        return episode, ()
    what = "end" if held.end_at != told.end_at else "back"
    return episode, brought(Change.RETURN_CHANGED, report, what, told.return_at) + _before_start(episode, told)


def _same_sender(one: Found, other: Found) -> bool:
    """Both of the police, or both of workers."""
    return (one.by is None) == (other.by is None)


def _takes_back(death: Found, report: Found) -> bool:
    """Whether the sender of a death now says that the episode ended in another way."""
    told_otherwise = report.end_reason is not None and not report.deceased
    return told_otherwise and _same_sender(death, report) and not outdated(death.revision, report.revision)


def _before_start(episode: Episode, report: Found) -> tuple[Event, ...]:
    assert episode.start is not None
    assert report.return_at is not None
    late = report.return_at < episode.start
    return brought(Change.CONTRADICTION, report, "return_before_start") if late else ()


def found_in(report: Missing) -> Found:
    """The return that a missing report itself tells of."""
    return Found(origin=report.origin, about=report.about, found_at=report.found_at, by=report.by)


def outdated(held: int | None, told: int | None) -> bool:
    """A lower revision than the one held is older; without a revision the later received is the newer."""
    return held is not None and told is not None and told < held


def missing_still(episode: Episode) -> Episode:
    """The episode as it was before anything ended it."""
    return replace(episode, state="open", found=None, death=None, ended=None, returns=())


def as_it_ended(episode: Episode, told: Episode) -> Episode:
    """The episode, as the rules have left it, with what has ended it."""
    return replace(
        episode, state=told.state, found=told.found, death=told.death, ended=told.ended, returns=told.returns
    )
