"""What a rule may ask about what an interview or a screening has found, and about who held the interview."""

from episodes.reports import Actor, InterviewOutcome
from routing.conditions.vocabulary import ConcernWords, RoleWords, ServiceWords, condition
from routing.situation import Situation


@condition
def interview_states_concerns(s: Situation) -> bool:
    """A completed interview says whether there are concerns; an empty list says that there are none."""
    return _found(s) is not None


@condition
def interview_raises(s: Situation, any_of: ConcernWords) -> bool:
    """The completed interview raises one of these concerns."""
    return any(concern in any_of for concern in _found(s) or ())


@condition
def screening_raises(s: Situation, any_of: ConcernWords) -> bool:
    """The newest rating that speaks of concerns, confirmed or proposed, names one of these."""
    ratings = (d for d in reversed(s.episode.decisions) if d.kind in ("rag", "rag_proposed"))
    newest = next((d.concerns for d in ratings if d.concerns is not None), ())
    return any(concern in any_of for concern in newest)


@condition
def template_used(s: Situation) -> bool:
    """The interview that is being reported was recorded on a named form."""
    report = _under_way(s)
    return report is not None and bool(report.template)


@condition
def interviewer_named_as(s: Situation, roles: RoleWords) -> bool:
    """The report names somebody of these roles as the interviewer; whoever only reports it does not count."""
    who = _interviewer(s)
    return who is not None and who.role in roles


@condition
def interviewed_by_own_worker(s: Situation, services: ServiceWords) -> bool:
    """The interviewer is the child's own worker in one of these services, under whatever role."""
    who = _interviewer(s)
    own = {held.worker for service in services if (held := s.record.open_to(service))} - {None}
    return who is not None and who.person in own


@condition
def interviewed_by_placement(s: Situation) -> bool:
    """The interviewer cares for the child where it is placed, under whatever role."""
    who, placement = _interviewer(s), s.record.placement
    return who is not None and placement is not None and who.person in {*placement.carers, placement.provider} - {None}


def _found(s: Situation) -> tuple[str, ...] | None:
    done = (o for o in reversed(s.episode.outcomes) if o.result == "completed" and o.concerns is not None)
    return next((o.concerns for o in done), None)


def _interviewer(s: Situation) -> Actor | None:
    report = _under_way(s)
    return report.interviewer if report else None


def _under_way(s: Situation) -> InterviewOutcome | None:
    report = s.event.report if s.event else None
    return report if isinstance(report, InterviewOutcome) else None
