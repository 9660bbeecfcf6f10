"""A case as the rules would look at it, so that a report counts and judges as they do."""

from enrichment.children import Child
from routing.calendar import Calendar
from routing.case import Case
from routing.situation import Situation


def situation_of(child: Child, case: Case) -> Situation:
    """The case beside the child's record and other episodes; nothing is under way."""
    episode = case.episode
    return Situation(
        episode=episode,
        record=child.record,
        others=child.others(episode.id),
        promises=case.promises,
        as_of=episode.opened_at,
        calendar=Calendar(),
    )
