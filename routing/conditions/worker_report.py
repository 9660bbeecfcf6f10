"""What a rule may ask about the report of a missing child that a worker makes: who makes it, and what the family has
done and agreed to. It is the newest of several; the police say nothing of all this."""

from typing import Literal

from episodes.accounts import accounts
from episodes.events import Event
from episodes.reports import Missing
from routing.closed_lists import ParentConsents, ParentReports
from routing.conditions.vocabulary import RoleWords, condition
from routing.situation import Situation

Answer = Literal["yes", "no", "not_stated"]


@condition
def told_by_worker(s: Situation, event: Event) -> bool:
    """A worker has reported the child missing."""
    return _told(s, event) is not None


@condition
def police_have_told(s: Situation) -> bool:
    """The police have told of the episode, not only a worker."""
    report = s.episode.missing
    return report is not None and report.by is None


@condition
def police_told_before(s: Situation, event: Event) -> bool:
    """The police had told of the episode before the report under way."""
    return any(account.by is None and account.origin != event.report.origin for account in accounts(s.episode))


@condition
def reported_by(s: Situation, event: Event, roles: RoleWords) -> bool:
    """One of these roles tells it."""
    report = _told(s, event)
    return report is not None and report.by is not None and report.by.role in roles


@condition
def reported_to_police(s: Situation, event: Event, answer: Answer) -> bool:
    """Whether the worker who tells it has told the police."""
    report = _told(s, event)
    return report is not None and {True: "yes", False: "no", None: "not_stated"}[report.reported_to_police] == answer


@condition
def parent_reports(s: Situation, event: Event, is_one_of: tuple[ParentReports, ...]) -> bool:
    """Whether the parent is willing to tell the police."""
    report = _told(s, event)
    return report is not None and (report.parent_reports or "not_stated") in is_one_of


@condition
def parent_consents(s: Situation, event: Event, is_one_of: tuple[ParentConsents, ...]) -> bool:
    """Whether the parent consents to others telling the police."""
    report = _told(s, event)
    return report is not None and (report.parent_consents or "not_stated") in is_one_of


def _told(s: Situation, event: Event) -> Missing | None:
    now = event.report
    if isinstance(now, Missing) and now.by:
        return now
    return next((account for account in reversed(accounts(s.episode)) if account.by), None)
