"""What a rule may ask about how and from where the child went missing, and what there is to be concerned about."""

from routing.conditions.vocabulary import ConcernWords, condition
from routing.situation import Situation


@condition
def missing_from(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """Where the child went missing from, as it was reported: home, placement, school, hospital or other."""
    report = s.episode.missing
    return report is not None and report.missing_from in is_one_of


@condition
def care_type(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """How a child in care is missing, as it was reported: unauthorised_absence, run_away or removed_by_adult."""
    report = s.episode.missing
    return report is not None and report.care_type in is_one_of


@condition
def whereabouts_known(s: Situation) -> bool:
    """The newest report that speaks of it says where the child is; nothing said counts as not known."""
    return s.episode.location_known is True


@condition
def concerned(s: Situation, any_of: ConcernWords) -> bool:
    """One of these concerns was reported or stands in the register."""
    report = s.episode.missing
    return any(concern in any_of for concern in (*(report.concerns if report else ()), *s.record.concerns))
