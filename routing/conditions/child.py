"""What a rule may ask about the child: age, and what there is to be concerned about, by whomever it was said. An age
that nobody knows is neither below nor above a bound."""

from typing import Literal

from routing.conditions.vocabulary import ConcernWords, condition
from routing.situation import Situation


@condition
def age_at_missing(s: Situation, at_least: int = 0, under: int | None = None) -> bool:
    """Whole years of age when the child went missing (T-12, AMB-48), on the day in London. Without bounds: the age is
    known."""
    return _between(s.age_at(s.episode.start or s.as_of), at_least, under)


@condition
def age_at_return(s: Situation, at_least: int = 0, under: int | None = None) -> bool:
    """Whole years of age at the return, on the day in London; false before the return."""
    back = s.episode.return_at
    return back is not None and _between(s.age_at(back), at_least, under)


@condition
def vulnerable(s: Situation, judged: Literal["yes", "no", "not_yet"]) -> bool:
    """Judged vulnerable, judged not to be, or not judged by anybody."""
    return {True: "yes", False: "no", None: "not_yet"}[s.vulnerable()] == judged


@condition
def child_protection_concern(s: Situation) -> bool:
    """Somebody has concerns of a child protection nature; not judged counts as none."""
    return s.child_protection_concern()


@condition
def new_concern(s: Situation) -> bool:
    """The report has concerns of a child protection nature, and the register does not hold any yet."""
    report = s.episode.missing
    return bool(report and report.child_protection_concern) and not s.record.child_protection_concern


@condition
def concerned(s: Situation, any_of: ConcernWords) -> bool:
    """One of these concerns was reported or stands in the register."""
    report = s.episode.missing
    return any(concern in any_of for concern in (*(report.concerns if report else ()), *s.record.concerns))


def _between(age: int | None, at_least: int, under: int | None) -> bool:
    return age is not None and age >= at_least and (under is None or age < under)
