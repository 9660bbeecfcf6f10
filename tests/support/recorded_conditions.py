"""The conditions that a case system's record asks for: each with a course for which it holds and one for which not."""

from typing import Any

from made_up_reports import WORKER, after, decided, found, meeting, missing, new_episode, outcome

from episodes.record import Placement, RegisterRecord, Service
from episodes.reports import Actor
from routing.case import Case

BOSS = Actor("manager", "b1")
WAITING = {"others": (Case(new_episode(id="e-2", state="waiting")),)}
LINKED = {"case": Case(new_episode(linked=("e-9",)))}
SERVICES = (Service("social_care", manager="b1"), Service("early_help"))
REVIEWER = (Actor("reviewer", "r1"),)
KNOWN = {"record": RegisterRecord(services=SERVICES, professionals=REVIEWER, placement=Placement(kind="fostered"))}
TEAM = RegisterRecord(services=(Service("early_help", manager="b2"),))
OTHER_PLACE = RegisterRecord(placement=Placement(kind="residential"))
BACK = (missing(), found(2))


def completed(**fields: Any) -> Case:
    """An earlier episode, found at the very beginning of the course."""
    return Case(new_episode(id="e-0", state="found", missing=missing(-9), found=found(0, **fields)))


def form(**content: Any) -> tuple[Any, ...]:
    """A child who is back, and an interview with this form."""
    return (*BACK, outcome("completed", 9, content=content))


RECORDED: list[tuple[str, Any, Any]] = [
    ('times_given = ["left_at", "last_seen_at"]', (missing(last_seen_at=after(-1)),), (missing(),)),
    ("end_reason_given = true", (missing(), found(2, end_reason="walked in")), BACK),
    (
        'end_reason = ["came home"]',
        (missing(), found(2, end_reason="came home")),
        BACK,
    ),
    ('found_told_by = ["worker"]', (missing(), found(2, by=WORKER)), (missing(), found(2, by=BOSS))),
    ('found_told_by = ["worker"]', (missing(), found(2, by=WORKER)), BACK),
    ("found_where_known = true", (missing(), found(2, details={"found_where": "at school"})), BACK),
    (
        'earlier_completed_by = {roles = ["worker"], within = "2h"}',
        ((missing(2),), {"others": (completed(by=WORKER, details={"found_where": "at school"}),)}),
        ((missing(3),), {"others": (completed(by=WORKER, details={"found_where": "at school"}),)}),
    ),
    (
        'earlier_completed_by = {roles = ["worker"], within = "2h"}',
        ((missing(),), {"others": (completed(by=WORKER, details={"found_where": "at school"}),)}),
        ((missing(),), {"others": (completed(by=WORKER), completed(by=BOSS, details={"found_where": "at school"}))}),
    ),
    ("another_waits = true", ((missing(),), WAITING), (missing(),)),
    ("in_working_hours = true", (missing(),), (missing(12),)),
    (
        'next_meeting_beyond = "5wd"',  # from 15:00 on Monday 1 June: 17:00 in London on Monday 8 June
        (missing(), meeting("mam", 2, next_at=after(7 * 24 + 4.1))),
        (missing(), meeting("mam", 2, next_at=after(7 * 24 + 4))),
    ),
    ('next_meeting_beyond = "5wd"', (missing(), meeting("mam", 2, next_at=after(999))), (missing(), meeting("mam", 2))),
    (
        "names_this_episode = true",
        (missing(), decided("judgement", "go", 1, value="P-1")),
        (missing(), decided("judgement", "go", 1, value="P-2")),
    ),
    ("linked = true", ((missing(),), LINKED), (missing(),)),
    ('professional_named = ["reviewer"]', ((missing(),), KNOWN), ((missing(),), {"record": RegisterRecord()})),
    ('manager_named = ["social_care"]', ((missing(),), KNOWN), (missing(),)),
    ('manager_named = ["early_help"]', ((missing(),), {"record": TEAM}), ((missing(),), KNOWN)),
    ("placed = true", ((missing(),), KNOWN), (missing(),)),
    ('placed = {kinds = ["fostered"]}', ((missing(),), KNOWN), ((missing(),), {"record": OTHER_PLACE})),
    ("form_given = true", form(part=1), form()),
    ('answered = ["one", "two"]', form(two={"a": 1}), form(two={}, three=1)),
    ('answered_within = {section = "one", all_of = ["a", "b"]}', form(one={"a": 1, "b": [2]}), form(one={"a": 1})),
    ('answered_within = {section = "one", all_of = ["a"]}', form(one={"a": 1}), form(one="a")),
    (
        'ticked = {section = "one", any_of = ["other"]}',
        form(one={"codes": ["other", "x"]}),
        form(one={"codes": ["x", 7]}),
    ),
    (
        'ticked = {section = "one", other_than = ["other"]}',
        form(one={"codes": ["other", "x"]}),
        form(one={"codes": ["other"]}),
    ),
    ('ticked = {section = "one", other_than = ["other"]}', form(one={"codes": ["x"]}), form(one={"codes": "x"})),
    ("concerns_found = true", (*BACK, outcome("completed", 9, concerns=("debts",))), form()),
    (
        'concerns_found = {grades = ["high"]}',
        (*BACK, outcome("completed", 9, concern="high")),
        (*BACK, outcome("completed", 9, concern="low", concerns=())),
    ),
]
