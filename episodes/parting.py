"""What began after the child had come back is another absence (AMB-173, AMB-185), although it was taken for the one
that was open as long as nobody had told of the return. Pure."""

from dataclasses import dataclass, replace

from episodes.accounts import accounts, started, together
from episodes.episode import Episode, Reference, Terms
from episodes.identity import names_one_of, reference_of
from episodes.reports import Decided, Found, InterviewOutcome, MeetingHeld, Missing, TaskCompleted

_Act = InterviewOutcome | MeetingHeld | Decided | TaskCompleted


@dataclass(frozen=True, slots=True)
class Parted:
    """The episode as it is without the other absence; what was told of that, and then what people did about it, in the
    order of receipt."""

    episode: Episode
    said: tuple[Missing | _Act | Found, ...] = ()


def parted(episode: Episode, report: Found, terms: Terms) -> Parted:
    """The episode, and what of it began after this return under references of its own. A return that was told under one
    of these is of the other absence: whether that can be so, the report must say by naming its own reference."""
    back, whole = report.return_at, Parted(episode)
    if back is None or not report.contact_made:
        return whole
    kept = tuple(a for a in accounts(episode) if a.by is not None or started(a, terms) <= back)
    told = tuple(a for a in accounts(episode) if a not in kept)
    others = [reference for account in told if (reference := reference_of(account.about))]
    if not kept or not told or (episode.found and not _are_apart(episode.found, report, others)):
        return whole
    mine = replace(
        episode,
        accounts=kept if len(kept) > 1 else (),
        missing=together(kept),
        references=tuple(r for r in episode.references if r not in others),
        outcomes=tuple(o for o in episode.outcomes if not names_one_of(o.about, others)),
        meetings=tuple(m for m in episode.meetings if not names_one_of(m.about, others)),
        decisions=tuple(d for d in episode.decisions if not names_one_of(d.about, others)),
        tasks=tuple(t for t in episode.tasks if not names_one_of(t.about, others)),
        found=replace(episode.found, about=report.about, by=report.by) if episode.found else None,
    )
    acts = [act for act in acts_of(episode) if names_one_of(act.about, others)]
    since = sorted([*acts, *([episode.found] if episode.found else [])], key=lambda said: said.origin.at)
    return Parted(mine, (*told, *since))


def _are_apart(held: Found, report: Found, others: list[Reference]) -> bool:
    """Whether the return that is held was told of the other absence, and this report names its own."""
    named = reference_of(report.about)
    return names_one_of(held.about, others) and named is not None and named not in others


def acts_of(episode: Episode) -> list[_Act]:
    """What people did about an absence, in the order of receipt."""
    acts: list[_Act] = [*episode.outcomes, *episode.meetings, *episode.decisions, *episode.tasks]
    return sorted(acts, key=lambda act: act.origin.at)
