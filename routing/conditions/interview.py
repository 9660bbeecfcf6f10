"""What a rule may ask about the return interview: where it stands, what it found, who held it and what its form
says."""

from typing import Any

from episodes.events import Event
from episodes.reports import Actor, InterviewOutcome, MeetingHeld
from routing.closed_lists import ConcernGrade, InterviewResult, InterviewStanding
from routing.conditions.vocabulary import (
    ConcernWords,
    RoleWords,
    RuleWords,
    SectionParts,
    SectionWord,
    SectionWords,
    ServiceWords,
    condition,
)
from routing.periods import Elapsed
from routing.situation import Situation


@condition
def interview(s: Situation, is_one_of: tuple[InterviewStanding, ...]) -> bool:
    """Where the return home interview stands."""
    return s.interview() in is_one_of


@condition
def interview_in_time(s: Situation, results: tuple[InterviewResult, ...], within: Elapsed | None = None) -> bool:
    """One of these outcomes lies at or before the limit (T-5): that of the request, or a time after the return where
    the limit runs whether or not anybody was asked."""
    due, back = s.interview_due(), s.episode.return_at
    if within is not None:
        due = back + within.elapsed() if back else None
    return any(o.result in results and (due is None or o.at <= due) for o in s.episode.outcomes)


@condition
def interview_recorded(s: Situation, is_one_of: tuple[InterviewResult, ...]) -> bool:
    """One of these became of the interview at some time, whatever was told of it since."""
    return any(o.result in is_one_of for o in s.episode.outcomes)


@condition
def carries_on(s: Situation, given_up_by: RuleWords = ()) -> bool:
    """This episode carries on the interview of an earlier one, given up there by one of these rules."""
    return any(
        not given_up_by or any(p.is_a(what) for what in given_up_by for p in c.promises) for c in s.carried_here()
    )


@condition
def carried_on(s: Situation) -> bool:
    """A later episode carries on the interview of this one."""
    return s.carried_on()


@condition
def interview_states_concerns(s: Situation) -> bool:
    """A completed interview says whether there are concerns; an empty list says that there are none."""
    return _concerns(s) is not None


@condition
def interview_raises(s: Situation, any_of: ConcernWords) -> bool:
    """The completed interview raises one of these concerns."""
    return any(concern in any_of for concern in _concerns(s) or ())


@condition
def concerns_found(
    s: Situation,
    event: Event,
    grades: tuple[ConcernGrade, ...] = (),
    any_of: ConcernWords = (),
    other_than: ConcernWords = (),
) -> bool:
    """The interview names concerns (one of these, or one beyond `other_than`), or is graded as one of these."""
    report = _outcome(event)
    if report is None:
        return False
    named = {*(report.concerns or ())}
    return bool(named & {*any_of} if any_of else named - {*other_than}) or report.concern in grades


@condition
def harm_disclosed(s: Situation, event: Event) -> bool:
    """The child told of harm in the interview that is being reported."""
    report = _outcome(event)
    return report is not None and bool(report.harm_disclosed)


@condition
def intelligence_given(s: Situation, event: Event) -> bool:
    """The interview, or the meeting, that is being reported brought intelligence for the police."""
    report = event.report
    return isinstance(report, InterviewOutcome | MeetingHeld) and bool(report.intelligence)


@condition
def template_used(s: Situation, event: Event) -> bool:
    """The interview that is being reported was recorded on a named form."""
    report = _outcome(event)
    return report is not None and bool(report.template)


@condition
def interviewer(s: Situation, event: Event, is_one_of: RoleWords) -> bool:
    """The interview that is being reported is held by one of these roles."""
    report = _outcome(event)
    who = (report.interviewer or report.by) if report else None
    return who is not None and who.role in is_one_of


@condition
def interviewer_named_as(s: Situation, event: Event, roles: RoleWords) -> bool:
    """The report names somebody of these roles as the interviewer; whoever only reports it does not count."""
    who = _interviewer(event)
    return who is not None and who.role in roles


@condition
def interviewed_by_own_worker(s: Situation, event: Event, services: ServiceWords) -> bool:
    """The interviewer is the child's own worker in one of these services, under whatever role."""
    who = _interviewer(event)
    own = {held.worker for service in services if (held := s.record.open_to(service))} - {None}
    return who is not None and who.person in own


@condition
def interviewed_by_placement(s: Situation, event: Event) -> bool:
    """The interviewer cares for the child where it is placed, under whatever role."""
    who, placement = _interviewer(event), s.record.placement
    return who is not None and placement is not None and who.person in {*placement.carers, placement.provider} - {None}


@condition
def form_given(s: Situation, event: Event) -> bool:
    """The report brings the form, or a part of it."""
    report = _outcome(event)
    return report is not None and bool(report.content)


@condition
def answered(s: Situation, event: Event, sections: SectionWords) -> bool:
    """One of these sections is filled in."""
    return any(_answer(event, section) for section in sections)


@condition
def answered_within(s: Situation, event: Event, section: SectionWord, all_of: SectionParts) -> bool:
    """Every one of these parts of the section is filled in."""
    answer = _answer(event, section)
    return isinstance(answer, dict) and all(answer.get(part) for part in all_of)


@condition
def ticked(
    s: Situation, event: Event, section: SectionWord, any_of: ConcernWords = (), other_than: ConcernWords = ()
) -> bool:
    """Of the codes of the section one of these is ticked, or one that is none of `other_than`."""
    answer = _answer(event, section)
    codes = answer.get("codes") if isinstance(answer, dict) else None
    ticks = {code for code in codes if isinstance(code, str)} if isinstance(codes, list) else set()
    return bool(ticks & {*any_of}) if any_of else bool(ticks - {*other_than})


def _outcome(event: Event) -> InterviewOutcome | None:
    """What became of the interview, as it is being reported."""
    return event.report if isinstance(event.report, InterviewOutcome) else None


def _answer(event: Event, section: str) -> Any:
    """What the form that is being reported says under a section; None where it says nothing."""
    outcome = _outcome(event)
    return outcome.answer(section) if outcome else None


def _interviewer(event: Event) -> Actor | None:
    outcome = _outcome(event)
    return outcome.interviewer if outcome else None


def _concerns(s: Situation) -> tuple[str, ...] | None:
    """What the newest completed interview that speaks of concerns names."""
    done = (o for o in reversed(s.episode.outcomes) if o.result == "completed" and o.concerns is not None)
    return next((o.concerns for o in done), None)
