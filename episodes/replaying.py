"""A report that was held up in quarantine and is read once it can be: what was told since is newer, and stands."""

from collections.abc import Sequence
from dataclasses import replace

from episodes.accounts import accounts, held_from
from episodes.episode import Episode
from episodes.reports import ClockOverride, Decided, Found, Missing, Report, StatusChanged


def overtaken(episode: Episode, report: Report) -> bool:
    """Whether something newer of its kind is held already, by the instants of receipt."""
    held: Sequence[Report | None]
    match report:
        case Missing():
            held = [held_from(episode, report)]
        case Found():
            held = [episode.found, episode.located]
        case StatusChanged():
            if any(line.since > (report.changed_at or report.origin.at) for line in episode.lines):
                return True
            held = [told for told in accounts(episode) if told.about.incident == report.about.incident]
        case ClockOverride():
            held = [episode.override]
        case Decided():
            held = [told for told in episode.decisions if told.kind == report.kind]
        case _:
            held = []
    return any(told is not None and told.origin.at > report.origin.at for told in held)


def in_its_place(episode: Episode, report: Report) -> Episode:
    """The episode with the report where it is kept at all: a decision stands before those that came after it."""
    if not isinstance(report, Decided):
        return episode
    decisions = sorted((*episode.decisions, report), key=lambda told: told.origin.at)
    return replace(episode, decisions=tuple(decisions))
