"""What a rule may ask about the report of a missing child that is being taken in just now: who tells it, and what the
family has done and agreed to."""

from typing import Literal

from episodes.reports import Missing
from routing.conditions.vocabulary import RoleWords, condition
from routing.situation import Situation

Answer = Literal["yes", "no", "not_stated"]


@condition
def told_by_worker(s: Situation) -> bool:
    """A worker tells it, not the police."""
    report = _under_way(s)
    return report is not None and report.by is not None


@condition
def reported_by(s: Situation, roles: RoleWords) -> bool:
    """One of these roles tells it."""
    report = _under_way(s)
    return report is not None and report.by is not None and report.by.role in roles


@condition
def reported_to_police(s: Situation, answer: Answer) -> bool:
    """Whether the worker who tells it has told the police."""
    report = _under_way(s)
    return report is not None and {True: "yes", False: "no", None: "not_stated"}[report.reported_to_police] == answer


@condition
def parent_reports(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """Whether the parent is willing to tell the police: willing, unsure, unable, refused or not_stated."""
    report = _under_way(s)
    return report is not None and (report.parent_reports or "not_stated") in is_one_of


@condition
def parent_consents(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """Whether the parent consents to others telling the police: given, refused or not_stated."""
    report = _under_way(s)
    return report is not None and (report.parent_consents or "not_stated") in is_one_of


def _under_way(s: Situation) -> Missing | None:
    report = s.event.report if s.event else None
    return report if isinstance(report, Missing) else None
