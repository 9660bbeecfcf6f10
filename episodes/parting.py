"""What began after the child had come back is another absence (AMB-173, AMB-185), although it was taken for the one
that was open as long as nobody had told of the return. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from episodes.accounts import accounts, started, together
from episodes.episode import Episode, Terms
from episodes.identity import names_one_of, reference_of
from episodes.reports import Decided, InterviewOutcome, MeetingHeld, Missing, TaskCompleted

Act = InterviewOutcome | MeetingHeld | Decided | TaskCompleted


@dataclass(frozen=True, slots=True)
class Parted:
    """The episode as it is without the other absence; what was told of that, and what people did about it, in the order
    of receipt."""

    episode: Episode
    told: tuple[Missing, ...] = ()
    acts: tuple[Act, ...] = ()


def parted(episode: Episode, back: datetime, terms: Terms) -> Parted:
    """The open episode, and what of it began after that return under references of its own."""
    kept = tuple(a for a in accounts(episode) if a.by is not None or started(a, terms) <= back)
    told = tuple(a for a in accounts(episode) if a not in kept)
    if not kept or not told:
        return Parted(episode)
    references = [r for account in told if (r := reference_of(account.about))]
    mine = replace(
        episode,
        accounts=kept if len(kept) > 1 else (),
        missing=together(kept),
        references=tuple(r for r in episode.references if r not in references),
        outcomes=tuple(o for o in episode.outcomes if not names_one_of(o.about, references)),
        meetings=tuple(m for m in episode.meetings if not names_one_of(m.about, references)),
        decisions=tuple(d for d in episode.decisions if not names_one_of(d.about, references)),
        tasks=tuple(t for t in episode.tasks if not names_one_of(t.about, references)),
    )
    acts = [act for act in acts_of(episode) if names_one_of(act.about, references)]
    return Parted(mine, told, tuple(acts))


def acts_of(episode: Episode) -> list[Act]:
    """What people did about an absence, in the order of receipt."""
    acts: list[Act] = [*episode.outcomes, *episode.meetings, *episode.decisions, *episode.tasks]
    return sorted(acts, key=lambda act: act.origin.at)
