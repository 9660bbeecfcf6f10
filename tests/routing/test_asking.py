"""The conditions of age, of reports, circumstances and those involved, asked both ways by a rule of a small pack."""

from datetime import date
from typing import Any

import pytest
from made_up_reports import WORKER, decided, found, meeting, missing, status
from small_packs import holds

from episodes.record import RegisterRecord
from episodes.reports import Actor

BOSS = Actor("manager", "b1")
# A condition, the reports after which it holds, and those after which it does not; what is held besides may follow.
CASES: list[tuple[str, Any, Any]] = [
    ("age_at_missing = {under = 18}", (missing(age=17),), (missing(age=18),)),
    ("age_at_missing = {at_least = 18, under = 25}", (missing(age=24),), (missing(age=25),)),
    ("age_at_missing = {at_least = 18}", (missing(age=18),), (missing(age=17),)),
    ("age_at_missing = false", (missing(),), (missing(date_of_birth=date(2012, 6, 1)),)),
    ("age_at_return = {at_least = 10}", (missing(age=10), found(3)), (missing(age=10),)),
    (
        "age_at_return = {at_least = 18}",
        (missing(date_of_birth=date(2008, 6, 2)), found(12)),
        (missing(date_of_birth=date(2008, 6, 2)), found(10)),
    ),
    ("told_by_worker = true", (missing(by=WORKER), missing(1)), (missing(),)),
    ("police_have_told = true", (missing(by=WORKER), missing(1)), (missing(by=WORKER),)),
    ("police_told_before = true", (missing(), missing(1, by=WORKER)), (missing(by=WORKER), missing(1))),
    ('reported_by = "manager"', (missing(by=BOSS),), (missing(by=WORKER),)),
    ('reported_by = ["manager", "worker"]', (missing(by=WORKER),), (missing(),)),
    ('reported_by = "worker"', (missing(by=BOSS), missing(1, by=WORKER)), (missing(by=WORKER), missing(1, by=BOSS))),
    ('reported_to_police = "yes"', (missing(by=WORKER, reported_to_police=True),), (missing(by=WORKER),)),
    ('reported_to_police = "no"', (missing(by=WORKER, reported_to_police=False),), (missing(by=WORKER),)),
    ('reported_to_police = "not_stated"', (missing(by=WORKER), missing(1)), (missing(),)),
    ('parent_reports = ["unable", "refused"]', (missing(by=WORKER, parent_reports="unable"),), (missing(by=WORKER),)),
    ('parent_reports = "not_stated"', (missing(by=WORKER),), (missing(by=WORKER, parent_reports="unsure"),)),
    ('parent_consents = ["not_stated"]', (missing(by=WORKER),), (missing(by=WORKER, parent_consents="given"),)),
    ('parent_consents = "refused"', (missing(by=WORKER, parent_consents="refused"),), (missing(by=WORKER),)),
    ('missing_from = ["school", "home"]', (missing(missing_from="home"),), (missing(missing_from="placement"),)),
    ('care_type = "run_away"', (missing(care_type="run_away"),), (missing(care_type="removed_by_adult"),)),
    ("whereabouts_known = true", (missing(location_known=True),), (missing(),)),
    (
        "whereabouts_known = true",
        (missing(location_known=False), status(None, 1, location_known=True)),
        (missing(location_known=True), status(None, 1, location_known=False)),
    ),
    ('concerned = "gangs"', (missing(concerns=("other", "gangs")),), (missing(concerns=("other",)),)),
    ('concerned = ["gangs", "cse"]', ((missing(),), {"record": RegisterRecord(concerns=("cse",))}), (missing(),)),
    (
        'meeting_type = ["separate", "joint"]',
        (missing(), meeting("mam", 1, meeting_type="joint")),
        (missing(), meeting("mam", 1, meeting_type="other")),
    ),
    (
        'meeting_type = "separate"',
        (missing(), decided("meeting.mam", "convene", meeting_type="separate")),
        (missing(), decided("meeting.mam", "convene")),
    ),
    (
        "workers_involved = true",
        ((missing(),), {"record": RegisterRecord(registered=True, involved=("w1",))}),
        ((missing(),), {"record": RegisterRecord(registered=True)}),
    ),
]


@pytest.mark.parametrize(("condition", "yes", "no"), CASES, ids=[f"{n}-{c[0][:40]}" for n, c in enumerate(CASES)])
def test_it_holds_for_the_one_and_not_for_the_other(condition: str, yes: Any, no: Any) -> None:
    assert holds(condition, yes)
    assert not holds(condition, no)
