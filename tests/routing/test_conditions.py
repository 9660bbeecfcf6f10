"""Every condition of the vocabulary, asked both ways by a rule of a small pack."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up_reports import (
    ABOUT,
    NOON,
    WORKER,
    after,
    clock_set,
    decided,
    ended,
    found,
    meeting,
    missing,
    new_episode,
    origin,
    outcome,
    status,
)
from recorded_conditions import RECORDED
from small_packs import Course, holds, ruled

from episodes.record import Document, RegisterRecord, Service
from episodes.reports import Actor, Disagreement, DocumentUpdated
from routing.case import Case
from routing.conditions import CONDITIONS

HELD = RegisterRecord(registered=True, identifiers=(("mosaic", "M-1"),))
OPEN = RegisterRecord(registered=True, services=(Service("social_care", worker="sw1"),))
BOSS = Actor("manager", "b1")


def disagrees(stage: Any, subject: str | None = None, **fields: Any) -> Disagreement:
    return Disagreement(origin=origin(after(2)), about=ABOUT, stage=stage, subject=subject, **fields)


def earlier(days: int, **fields: Any) -> Case:
    """Another episode of the child that began so many days before."""
    course = Course(ruled("known_missing = true"), case=Case(new_episode(id=f"earlier-{days}")))
    course.tell(missing(-24 * days, **fields), found(-24 * days + 1))
    return course.case


# A condition, the reports after which it holds, and those after which it does not; what is held besides may follow.
BACK, LOCATED = (missing(), found(3)), (missing(), found(3, contact_made=False))
CASES: list[tuple[str, Any, Any]] = [
    ("still_missing = true", LOCATED, BACK),
    ("still_missing = false", (missing(), ended(3)), (missing(),)),
    ("back = true", BACK, (missing(), ended(3))),
    ("back_home = true", BACK, (missing(), found(3, found_at=after(3), returned_at=None))),
    ("known_missing = true", (missing(),), (found(3),)),
    ("reported_missing = true", (missing(classification="absent"),), (found(3),)),
    ('classified = "absent"', (missing(classification="absent"),), (missing(),)),
    (
        "ever_missing = true",
        (missing(classification="absent"), status("missing", 2)),
        (missing(classification="absent"),),
    ),
    ('risk = ["high", "medium"]', (missing(risk="medium"),), (missing(risk="low"),)),
    ('risk = "high"', (missing(), status(None, 1, risk="high")), (missing(),)),
    ('missing_for = {over = "24h"}', (missing(), found(24.001)), (missing(), found(24))),
    ('missing_for = {at_least = "24h"}', (missing(), found(24)), (missing(), found(23.999))),
    ('missing_for = {at_least = "66h", at_most = "78h"}', (missing(), found(78)), (missing(), found(78.001))),
    ('missing_for = {over = "24h"}', (missing(), found(30)), (missing(), status("absent", 48))),
    (
        'last_seen_would_matter = {over = "24h", at_least = "72h"}',
        (missing(last_seen_at=after(-2)), found(23)),
        (missing(last_seen_at=after(-1)), found(23)),
    ),
    (
        'last_seen_would_matter = {over = "24h", at_least = "72h"}',
        (missing(last_seen_at=after(-2)), found(70)),
        (missing(last_seen_at=after(-2)), clock_set(NOON), found(70)),
    ),
    ("occasions = {at_least = 2}", ((missing(),), {"others": (earlier(400),)}), (missing(),)),
    ("occasions = {at_least = 1, at_most = 1}", (missing(),), ((missing(),), {"others": (earlier(400),)})),
    (
        "occasions = {at_least = 2}",
        ((missing(),), {"others": (earlier(3),)}),
        ((missing(),), {"others": (earlier(3, classification="absent"),)}),
    ),
    (
        "episodes_within = {days = 90, at_least = 2}",
        ((missing(),), {"others": (earlier(90),)}),
        ((missing(),), {"others": (earlier(91),)}),
    ),
    ("registered = true", ((missing(),), {"record": HELD}), (missing(),)),
    ('open_to = ["early_help", "social_care"]', ((missing(),), {"record": OPEN}), ((missing(),), {"record": HELD})),
    ("open_to_any = true", ((missing(),), {"record": OPEN}), ((missing(),), {"record": HELD})),
    (
        'worker_named = "social_care"',
        ((missing(),), {"record": OPEN}),
        ((missing(),), {"record": RegisterRecord(services=(Service("social_care"),))}),
    ),
    (
        "looked_after = true",
        ((missing(),), {"record": RegisterRecord(legal_status="section_20")}),
        ((missing(),), {"record": RegisterRecord(legal_status="care_proceedings", plan="child_protection")}),
    ),
    ("looked_after = true", ((missing(),), {"record": RegisterRecord(plan="looked_after")}), (missing(),)),
    ('plan = "child_in_need"', ((missing(),), {"record": RegisterRecord(plan="child_in_need")}), (missing(),)),
    ('vulnerable = "yes"', ((missing(vulnerable=True),), {"record": RegisterRecord(vulnerable=False)}), (missing(),)),
    ('vulnerable = "not_yet"', (missing(),), ((missing(),), {"record": RegisterRecord(vulnerable=False)})),
    (
        'vulnerable = "no"',
        (missing(vulnerable=True), decided("vulnerability", "not_vulnerable")),
        (missing(vulnerable=False), decided("vulnerability", "vulnerable")),
    ),
    (
        "child_protection_concern = true",
        ((missing(),), {"record": RegisterRecord(child_protection_concern=True)}),
        ((missing(child_protection_concern=False),), {"record": RegisterRecord(child_protection_concern=True)}),
    ),
    (
        "new_concern = true",
        (missing(child_protection_concern=True),),
        ((missing(child_protection_concern=True),), {"record": RegisterRecord(child_protection_concern=True)}),
    ),
    ('identified_in = "mosaic"', ((missing(),), {"record": HELD}), ((missing(),), {"record": OPEN})),
    (
        'decided = {kind = "judgement", decision = ["go", "stay"]}',
        (missing(), decided("judgement", "go")),
        (missing(), decided("vulnerability", "vulnerable")),
    ),
    (
        'decided = {kind = "judgement", decision = "go"}',
        (missing(), decided("judgement", "stay"), decided("judgement", "go")),
        (missing(), decided("judgement", "go"), decided("judgement", "stay")),
    ),
    (
        'decided = {kind = "judgement", decision = "go", by = "manager"}',
        (missing(), decided("judgement", "go", by=BOSS), decided("judgement", "stay")),
        (missing(), decided("judgement", "go")),
    ),
    ('undecided = {kind = "judgement"}', (missing(),), (missing(), decided("judgement", "go"))),
    (
        'undecided = {kind = "judgement", by = "manager"}',
        (missing(), decided("judgement", "go")),
        (missing(), decided("judgement", "go", by=BOSS)),
    ),
    ('interview = "none"', (missing(), found(2)), (missing(), found(2), outcome("assigned", 3))),
    (
        'interview = "completed"',
        (missing(), found(2), outcome("completed", 3), outcome("refused", 4)),
        (missing(), found(2), outcome("offered", 3), outcome("refused", 4)),
    ),
    (
        'interview = "offered"',
        (*BACK, outcome("offered", 9), outcome("assigned", 10)),
        (*BACK, outcome("offered", 9), outcome("refused", 10)),
    ),
    (
        'interview = "assigned"',
        (*BACK, outcome("assigned", 9)),
        (*BACK, outcome("refused", 9), outcome("assigned", 10)),
    ),
    ('interview_in_time = ["completed"]', (*BACK, outcome("completed", 9)), (*BACK, outcome("refused", 9))),
    (
        'interview_recorded = "refused"',
        (*BACK, outcome("refused", 9), outcome("completed", 9)),
        (*BACK, outcome("completed", 9)),
    ),
    ('held = "mam"', (*BACK, meeting("review", 9, also_counts_as=("mam",))), (*BACK, meeting("review", 9))),
    (
        'held_within = {meeting = "mam", period = "6w"}',
        (missing(), meeting("mam", 1), status("absent", 1 + 42 * 24)),
        (missing(), meeting("mam", 1), status("absent", 1.001 + 42 * 24)),
    ),
    ('held_within = {meeting = "mam", period = "6w"}', (missing(), meeting("mam", 1)), (missing(),)),
    (
        'document_on_file = "plan"',
        ((missing(),), {"record": RegisterRecord(documents=(Document("plan", NOON),))}),
        (missing(),),
    ),
    (
        'document_on_file = "plan"',
        (missing(), DocumentUpdated(origin=origin(), about=ABOUT, kind="plan", at=NOON)),
        BACK,
    ),
    (
        'document_in_episode = "plan"',
        (missing(), DocumentUpdated(origin=origin(), about=ABOUT, kind="plan", at=NOON)),
        ((missing(),), {"record": RegisterRecord(documents=(Document("plan", NOON),))}),
    ),
    ('event = "interview.refused"', (*BACK, outcome("refused", 9)), (*BACK, outcome("completed", 9))),
    ('event = "interview"', (*BACK, outcome("refused", 9)), BACK),
    ('decided_by = "manager"', (missing(), decided("rag", "RED", by=BOSS)), (missing(), decided("rag", "RED"))),
    ("step = 1", (missing(), disagrees("raised")), (missing(), disagrees("unresolved", step=1))),
    ("step = 3", (missing(), disagrees("unresolved", step=2)), (missing(), found(2))),
    (
        'disagreement_about = "mam"',
        (missing(), disagrees("raised", "mam"), disagrees("unresolved", step=1)),
        (missing(), disagrees("raised", "mam"), disagrees("raised", "interview")),
    ),
    (
        'disagreement_with = "manager"',
        (missing(), disagrees("raised", "mam", between=(BOSS, WORKER)), disagrees("unresolved", step=1)),
        (missing(), disagrees("raised", "mam", between=(WORKER,))),
    ),
    ("without_reason = true", (*BACK, outcome("refused", 9, reason=" ")), (*BACK, outcome("refused", 9, reason="no"))),
    (
        'interviewer = "manager"',
        (*BACK, outcome("completed", 9, interviewer=BOSS)),
        (*BACK, outcome("completed", 9, by=BOSS, interviewer=WORKER)),
    ),
    ('interviewer = "manager"', (*BACK, outcome("completed", 9, by=BOSS)), BACK),
    (
        "intelligence_given = true",
        (*BACK, outcome("completed", 9, intelligence="a car")),
        (*BACK, outcome("completed", 9)),
    ),
    ("harm_disclosed = true", (*BACK, outcome("completed", 9, harm_disclosed=True)), (*BACK, outcome("completed", 9))),
]
CASES += RECORDED
BY_THEIR_OWN_TESTS = {
    *("promised", "on_hold", "still_open", "open_for_child", "ever_held", "received_outside_hours"),
    # test_areas
    *("responsible_elsewhere", "interview_commissioned", "placed_outside", "placed_beyond", "distance_unknown"),
    *("linked_elsewhere", "several_forces", "legal_status", "court_proceedings", "leaving_care"),
    *("task_answered", "unanswered"),
}


@pytest.mark.parametrize(("condition", "yes", "no"), CASES, ids=[f"{n}-{c[0][:40]}" for n, c in enumerate(CASES)])
def test_it_holds_for_the_one_and_not_for_the_other(condition: str, yes: Any, no: Any) -> None:
    assert holds(condition, yes)
    assert not holds(condition, no)


def test_no_condition_is_left_out() -> None:
    """Each is asked both ways by the cases above, or by those of another file of the core."""
    folders = ("routing", "episodes", "intake", "support")
    here = [path for folder in folders for path in (Path(__file__).parents[1] / folder).glob("*.py")]
    tests = "".join(path.read_text(encoding="utf-8") for path in here)
    assert {name for name in CONDITIONS if f"{name} = " not in tests and f'("{name}"' not in tests} == set()


def test_what_was_promised_and_what_is_still_open() -> None:
    asks = '[[rules]]\nid = "look"\ntitle = "Look"\non = ["opened"]\nsend = "task.create"\nkind = "look"\n'
    asks += 'to = ["desk"]\nclauses = ["T-1"]\n'
    for condition in ("promised", "still_open", "open_for_child"):
        for what in ("look", "task.create", "task.create/look"):
            course = Course(ruled(f'{condition} = "{what}"', asks))
            assert [m.rule for m in course.tell(missing())] == ["look", "asks"]
            assert not Course(ruled(f'{condition} = "{what}"', asks)).tell(found(1))
    other = Course(ruled("known_missing = true", asks), case=Case(new_episode(id="other")))
    other.tell(missing(-200))
    assert Course(ruled('open_for_child = "look"', asks), others=(other.case,)).tell(found(1))
    assert not Course(ruled('still_open = "look"', asks), others=(other.case,)).tell(found(1))


def test_a_meeting_of_an_earlier_episode_was_held_though_not_in_this_one() -> None:
    other = Course(ruled("known_missing = true"), case=Case(new_episode(id="other")))
    other.tell(missing(-200), meeting("mam", -100))
    for condition, answered in (("ever_held", True), ("held", False)):
        course = Course(ruled(f'{condition} = "mam"'), others=(other.case,))
        assert bool(course.tell(missing())) is answered


@pytest.mark.parametrize(("hour", "outside"), [(15.999, False), (16, True)])
def test_received_outside_hours(hour: float, outside: bool) -> None:
    received = NOON.replace(hour=0)  # a Monday in British Summer Time: five in London is four in UTC
    opened = received.fromtimestamp(received.timestamp() + hour * 3600, received.tzinfo)
    course = Course(ruled("received_outside_hours = true"), case=Case(new_episode(opened_at=opened)))
    assert bool(course.tell(missing())) is outside
    assert opened.date() == date(2026, 6, 1)
