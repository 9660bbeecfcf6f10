"""The child is back: what a found report makes of an episode, once or again."""

from dataclasses import replace

from episodes.episode import Episode, Terms
from episodes.events import Advanced, Change, Event, brought
from episodes.reports import Found, Missing


def returned(episode: Episode, report: Found, terms: Terms) -> Advanced:
    if ("worker" if report.by else "police") not in terms.found_by:
        return episode, () if episode.back else brought(Change.CONTRADICTION, report, "found_by_other")
    if not report.contact_made or (report.safe_and_well is False and not terms.unsafe_ends):
        return replace(episode, located=report), brought(Change.LOCATED, report)
    held = episode.found
    if episode.missing is None:
        return episode, brought(Change.CONTRADICTION, report, "no_episode")
    if episode.state == "waiting":
        return replace(episode, found=report), ()
    if held is None or episode.state in ("open", "ended"):
        assert report.return_at is not None
        found = replace(episode, state="found", found=report)
        return found, brought(Change.FOUND, report, at=report.return_at) + _before_start(found, report)
    return _found_again(episode, held, report)


def _found_again(episode: Episode, held: Found, report: Found) -> Advanced:
    """The same fact once more, unless the same kind of sender now names another time or another
    end: that is a correction."""
    if (held.by is None) != (report.by is None) or outdated(held.revision, report.revision):
        return episode, ()
    if (held.found_at, held.returned_at) == (report.found_at, report.returned_at):
        kept = replace(report, end_reason=report.end_reason or held.end_reason)
        corrected = brought(Change.CORRECTED, report, "found") if kept.end_reason != held.end_reason else ()
        return replace(episode, found=kept), corrected
    found = replace(episode, found=report)
    if held.return_at == report.return_at and held.end_at == report.end_at:
        return found, ()
    what = "end" if held.end_at != report.end_at else "back"
    return found, brought(Change.RETURN_CHANGED, report, what, report.return_at) + _before_start(found, report)


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
