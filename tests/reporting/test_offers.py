"""Whether an interview is asked for at all, while a person has still to say something that decides on it."""

from dataclasses import replace

from reporting_world import ABOUT, asked, case, child, found, london, missing, origin

from episodes.reports import Decided
from reporting.offers import Offer, offer_after
from routing.case import Case
from routing.messages import Promise
from tests.shipped import shipped_packs

PACKS = shipped_packs()
AWAY = (missing("2026-09-10 23:30"), found("2026-09-12 00:30"))
LONG_AFTER = london("2026-10-20 12:00")


def offer(authority: str, one: Case) -> Offer:
    return offer_after(child(one), one, LONG_AFTER, PACKS.newest(authority))


def screened(decision: str) -> Decided:
    at = london("2026-09-12 10:00")
    return Decided(origin=origin(at, "screening.decision"), about=ABOUT, kind="screening", decision=decision)


def question(rule: str, closed: str | None = None) -> Promise:
    return replace(asked("task.create", "2026-09-11 09:00", closed=closed), rule=rule)


def test_nothing_is_said_while_nobody_has_taken_the_decision_that_the_request_waits_for() -> None:
    assert offer("quick-guide", case(*AWAY)) == Offer(None)
    assert offer("quick-guide", case(*AWAY, screened("not_required"))) == Offer("NA")


def test_nothing_is_said_while_a_question_is_open_that_the_interview_would_settle() -> None:
    assert offer("nottinghamshire", case(*AWAY, promises=[question("judge_vulnerability")])) == Offer(None)
    answered = question("judge_vulnerability", closed="2026-09-13 09:00")
    assert offer("nottinghamshire", case(*AWAY, promises=[answered])) == Offer("NA")


def test_a_question_about_something_else_does_not_keep_it_open() -> None:
    assert offer("nottinghamshire", case(*AWAY, promises=[question("judge_strategy_meeting")])) == Offer("NA")
    assert offer("islington", case(*AWAY)) == Offer("NA")
