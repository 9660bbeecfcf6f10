"""One return interview for several incidents: it is given up because the child is missing again, and the later episode
carries it on (3.2: a withdrawal creates a link to the next request)."""

from collections.abc import Iterator

from episodes.episode import Episode
from routing.situation import Case, Situation


def gave_up(before: Case, after: Case) -> bool:
    """Whether an interview that was asked for before is asked for no longer."""
    asked = {(p.rule, p.occurrence) for p in before.promises if p.open and p.type == "rhi.request"}
    return any((p.rule, p.occurrence) in asked and not p.open for p in after.promises)


def followed(s: Situation, episode: Episode | None = None) -> Iterator[Case]:
    """The cases whose interview this episode (or another one of the child) carries on."""
    follows = (episode or s.episode).follows
    return (case for case in s.others if case.episode.id in follows)


def covered(s: Situation, episode: Episode | None = None) -> Iterator[Episode]:
    """The episodes that an interview about this one covers, the oldest first; one that was retracted is left out, and
    what it carried on is not."""
    here = episode or s.episode
    for case in followed(s, here):
        yield from covered(s, case.episode)
    if here.state != "retracted":
        yield here


def carried_on(s: Situation) -> bool:
    """Whether a later episode carries on the interview of this one."""
    return any(s.episode.id in case.episode.follows and case.episode.state != "retracted" for case in s.others)
