"""Whether a child was offered a return interview and took it, as the returns ask: yes, no, not applicable, or not yet
known. How the interview stood is in `reporting.interview`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from enrichment.children import Child
from reporting.interview import LIMIT, interview_of
from routing.case import Case
from routing.message_types import INTERVIEW_REQUEST
from routing.pack import Pack


@dataclass(frozen=True, slots=True)
class Offer:
    """`offered`: NA where the pack asks for no interview; None while it is not settled and its limit is not over.
    `accepted`: True where it was held, False where it was refused; None where neither is known."""

    offered: Literal["Y", "N", "NA"] | None
    accepted: bool | None = None


def offer_after(child: Child, case: Case, at: datetime, pack: Pack | None) -> Offer:
    """How it stood at an instant in UTC. An interview that was not offered by its limit counts as not offered until it
    is; where the pack sets no limit, the statutory guidance's 72 hours from the return do. `pack` is the one that
    governs the episode; without it, no question is held to be open."""
    back = case.episode.return_at if case.episode.back else None
    if back is None or back >= at:
        return Offer(None)
    interview = interview_of(child, case, at)
    if interview is None:
        undecided = pack is not None and _question_open(case, pack, at)
        return Offer(None if undecided or at <= back + LIMIT else "NA")
    if interview.offered_at:
        return Offer("Y", {"completed": True, "refused": False}.get(interview.result))
    if interview.result == "withdrawn":
        return Offer("NA")
    limit = interview.due or back + LIMIT
    return Offer("N" if interview.result == "not_offered" or at > limit else None)


def _question_open(case: Case, pack: Pack, at: datetime) -> bool:
    """Whether a person has still to say something that decides on the interview: a decision that the request listens
    for was not taken, or a question is open that an outcome of the interview would settle."""
    heard = {
        event.split(".")[1]
        for rule in pack.rules
        if rule.send == INTERVIEW_REQUEST
        for event in rule.on
        if event.startswith("decided.")
    }
    if any(case.episode.decided(kind) is None for kind in heard):
        return True
    asked = (
        pack.rules_by_id.get(p.rule) for p in case.promises if p.at < at and not (p.closed_at and p.closed_at < at)
    )
    return any(event.startswith("interview.") for rule in asked if rule for event in rule.settled_by)
