"""What a rule may ask about the interview form that is being reported just now: which sections it answers and how."""

from episodes.reports import InterviewOutcome
from routing.conditions.vocabulary import condition
from routing.situation import Situation


@condition
def form_given(s: Situation) -> bool:
    """The report brings the form, or a part of it."""
    report = s.event.report if s.event else None
    return isinstance(report, InterviewOutcome) and bool(report.content)


@condition
def answered(s: Situation, sections: tuple[str, ...]) -> bool:
    """One of these sections is filled in."""
    return any(s.answer(section) for section in sections)


@condition
def answered_within(s: Situation, section: str, all_of: tuple[str, ...]) -> bool:
    """Every one of these parts of the section is filled in."""
    answer = s.answer(section)
    return isinstance(answer, dict) and all(answer.get(part) for part in all_of)


@condition
def ticked(s: Situation, section: str, any_of: tuple[str, ...] = (), other_than: tuple[str, ...] = ()) -> bool:
    """Of the codes of the section one of these is ticked, or one that is none of `other_than`."""
    answer = s.answer(section)
    codes = answer.get("codes") if isinstance(answer, dict) else None
    ticks = {code for code in codes if isinstance(code, str)} if isinstance(codes, list) else set()
    return bool(ticks & {*any_of}) if any_of else bool(ticks - {*other_than})


@condition
def concerns_found(
    s: Situation, grades: tuple[str, ...] = (), any_of: tuple[str, ...] = (), other_than: tuple[str, ...] = ()
) -> bool:
    """The interview names concerns (one of these, or one beyond `other_than`), or is graded as one of these."""
    report = s.event.report if s.event else None
    if not isinstance(report, InterviewOutcome):
        return False
    named = {*(report.concerns or ())}
    return bool(named & {*any_of} if any_of else named - {*other_than}) or report.concern in grades
