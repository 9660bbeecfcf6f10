"""How the return interview of one episode stood when a period ended: not what came after it, but with all that was
corrected since. Instants are in UTC."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from enrichment.children import Child
from episodes.episode import Episode
from reporting.situations import situation_of
from routing.case import Case
from routing.message_types import INTERVIEW_REQUEST
from routing.messages import Promise

LIMIT = timedelta(hours=72)
"""Within which an interview is to be held (NOTTS-12): elapsed hours from the return, the limit itself in (T-5)."""

_OFFERED = ("offered", "completed", "refused")
_SETTLED = ("completed", "refused", "not_offered", "withdrawn")


@dataclass(frozen=True, slots=True)
class Interview:
    """`result`: requested, assigned, offered, completed, refused, not_offered or withdrawn. An interview that was
    completed or refused had been offered, whether or not anybody said so. `due`: the limit last given."""

    requested_at: datetime | None
    due: datetime | None
    offered_at: datetime | None
    result: str
    result_at: datetime | None
    returned_at: datetime | None

    @property
    def outstanding(self) -> bool:
        """Asked for and not settled."""
        return self.requested_at is not None and self.result not in _SETTLED

    @property
    def after_return(self) -> timedelta | None:
        """How long after the return it was held; None where it was not, or where no return is known."""
        if self.result != "completed" or self.result_at is None or self.returned_at is None:
            return None
        return self.result_at - self.returned_at

    @property
    def in_time(self) -> bool | None:
        """Whether it was held within 72 hours of the return."""
        return None if self.after_return is None else self.after_return <= LIMIT


def interview_of(child: Child, case: Case, until: datetime) -> Interview | None:
    """None where nobody had asked for one and nothing had become of one."""
    episode = case.episode
    outcomes = tuple(o for o in episode.outcomes if o.at < until)
    requests = [p for p in case.promises if p.type == INTERVIEW_REQUEST and p.at < until]
    if not outcomes and not requests:
        return None
    if len(outcomes) < len(episode.outcomes):
        case = replace(case, episode=replace(episode, outcomes=outcomes))
    outcome = situation_of(child, case).outcome()
    result, at = (outcome.result, outcome.at) if outcome else ("requested", None)
    withdrawn = _withdrawn(episode, case.promises, requests)
    if result not in _SETTLED and withdrawn is not None and (withdrawn < until or episode.state == "retracted"):
        result, at = "withdrawn", withdrawn
    return Interview(
        requested_at=min((p.at for p in requests), default=None),
        due=requests[-1].due if requests else None,
        offered_at=min((o.at for o in outcomes if o.result in _OFFERED), default=None),
        result=result,
        result_at=at,
        returned_at=episode.return_at,
    )


def _withdrawn(episode: Episode, promises: tuple[Promise, ...], requests: list[Promise]) -> datetime | None:
    """When the newest request was taken back: by a message of the pack, or because there was no such episode."""
    asked = max((p.at for p in requests), default=None)
    taken_back = [p.at for p in promises if p.type == "rhi.withdrawn" and (asked is None or p.at >= asked)]
    if not taken_back and episode.state == "retracted" and requests:
        return requests[-1].closed_at
    return max(taken_back, default=None)
