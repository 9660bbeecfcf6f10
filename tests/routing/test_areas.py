"""Whose child it is and where it lives: conditions, the host beside the responsible authority, who is on duty."""

from pathlib import Path
from typing import Any

import pytest
from hub_in_memory import hub
from made_up_reports import ABOUT, after, decided, meeting, origin
from made_up_reports import missing as report
from small_packs import BODY, HEAD, RULE, Course, pack, rule, ruled, written
from wire_messages import child, context, found, later, missing

from episodes.record import Placement, RegisterRecord, Service
from episodes.reports import TaskCompleted
from homeward.library import read_packs

OURS, OF_OTHERS = RegisterRecord(registered=True), RegisterRecord(registered=True, responsible_authority="Northshire")
TOLD = report(responsible_authority="Northshire")


def placed(miles: float | None, in_area: bool | None = False) -> RegisterRecord:
    return RegisterRecord(placement=Placement("foster_care", in_area, miles))


CASES: list[tuple[str, tuple[Any, RegisterRecord], tuple[Any, RegisterRecord]]] = [
    ("responsible_elsewhere = true", (TOLD, RegisterRecord()), (TOLD, OURS)),
    (
        "responsible_elsewhere = true",
        (report(responsible_authority="testshire"), OF_OTHERS),
        (report(), RegisterRecord()),
    ),
    (
        "responsible_elsewhere = false",
        (report(responsible_authority=" e99999999"), RegisterRecord()),
        (report(), OF_OTHERS),
    ),
    (
        "interview_commissioned = true",
        (TOLD, RegisterRecord(interview_commissioned_by="Northshire")),
        (TOLD, OF_OTHERS),
    ),
    ("placed_outside = true", (report(), placed(8)), (report(), placed(8, True))),
    ("placed_outside = true", (report(), placed(None)), (report(), placed(8, None))),
    ("placed_beyond = 20", (report(), placed(20.1)), (report(), placed(20))),
    ("placed_beyond = 20", (report(), placed(20.1, None)), (report(), placed(20.1, True))),
    ("placed_beyond = 20", (report(), placed(21)), (report(), placed(None))),
    ("distance_unknown = true", (report(), placed(None)), (report(), placed(0))),
    ("distance_unknown = true", (report(), placed(None)), (report(), placed(None, None))),
    ("linked_elsewhere = true", (report(), RegisterRecord(linked_forces=("ZZ",))), (report(), RegisterRecord())),
    (
        "several_forces = true",
        (report(), RegisterRecord(linked_forces=("ZZ",))),
        (report(), RegisterRecord(linked_forces=("XX",))),
    ),
    (
        'legal_status = "care_order"',
        (report(), RegisterRecord(legal_status="care_order")),
        (report(), RegisterRecord()),
    ),
    ("court_proceedings = true", (report(), RegisterRecord(court_proceedings=True)), (report(), RegisterRecord())),
    (
        'leaving_care = ["eligible", "relevant"]',
        (report(), RegisterRecord(leaving_care="relevant")),
        (report(), RegisterRecord(leaving_care="qualifying")),
    ),
]


@pytest.mark.parametrize(("condition", "yes", "no"), CASES, ids=[f"{n} {c[0]}" for n, c in enumerate(CASES)])
def test_conditions_both_ways(condition: str, yes: tuple[Any, RegisterRecord], no: tuple[Any, RegisterRecord]) -> None:
    for (told, record), holds in ((yes, True), (no, False)):
        assert bool(Course(ruled(condition), record=record).tell(told)) is holds


OUTCOMES = '[kinds."task.create"]\nlook = {title = "Look", outcomes = ["agreed", "refused"]}\n'
ASKED = rule("look", send='"task.create"', kind='"look"', on='["opened", "decided"]', once='"event"')


def task(hours: float, outcome: str | None = None) -> TaskCompleted:
    return TaskCompleted(origin=origin(after(hours)), about=ABOUT, kind="look", at=after(hours), outcome=outcome)


@pytest.mark.parametrize(
    ("reports", "holds"),
    [
        ((report(), task(1, "agreed")), True),
        ((report(),), False),
        ((report(), task(1, "refused")), False),
        ((report(), task(1)), False),
        ((report(), task(1, "agreed"), task(2, "refused")), False),
        ((report(), task(1, "agreed"), decided("judgement", "go", 2)), False),  # asked for again, not answered yet
        ((report(), decided("judgement", "go", 1), task(2, "agreed")), True),
    ],
)
def test_a_task_is_answered_since_it_was_last_asked_for(reports: Any, holds: bool) -> None:
    course = Course(ruled('task_answered = {kind = "look", outcomes = ["agreed"]}', ASKED, more=OUTCOMES))
    said = [course.tell(each) for each in reports][-1]
    assert any(m.rule == "asks" for m in said) is holds


def test_a_task_without_outcomes_is_answered_when_it_is_done() -> None:
    course = Course(ruled('task_answered = "look"', ASKED))
    course.tell(report())
    assert [m.rule for m in course.tell(task(1))] == ["asks"]


def test_what_was_sent_is_unanswered_until_such_a_meeting_is_held() -> None:
    asks = rule("consult", send='"hub.consultation"', on='["opened"]')
    course = Course(ruled('unanswered = {any_of = "hub.consultation", meeting = ["mam"]}', asks))
    assert [m.rule for m in course.tell(report())] == ["consult", "asks"]
    assert [m.rule for m in course.tell(meeting("review", 2))] == ["asks"]
    assert course.tell(meeting("mam", 3)) == []


def test_the_team_of_a_case_and_linked_forces_are_recipients() -> None:
    roles = '\n[roles.team]\nname = "team"\n[roles.team.from]\nservice = "social_care"\nfield = "team"\n'
    roles += '[roles.forces]\nname = "force"\nfrom = {linked_forces = true}\n'
    course = Course(pack(RULE.replace('"officer"', '"team", "forces"'), body=BODY + roles))
    course.record = RegisterRecord(services=(Service("social_care", team="north"),), linked_forces=("YY", "ZZ"))
    (said,) = course.tell(report())
    assert [(r.role, r.person) for r in said.to] == [("team", "north"), ("forces", "YY"), ("forces", "ZZ")]


HOST = HEAD + "\n[terms]\nhosts = true\n" + BODY + RULE


@pytest.mark.parametrize(
    ("pack_text", "authorities"), [(HOST, {"nottinghamshire", "testshire"}), (HEAD + BODY + RULE, {"nottinghamshire"})]
)
async def test_a_host_takes_part_where_its_procedure_says_so(
    tmp_path: Path, pack_text: str, authorities: set[str]
) -> None:
    folder = written(tmp_path, pack_text)
    async with hub(read_packs([folder]), [folder]) as h:
        await h.take(missing(responsible_authority="nottinghamshire", host_authority="E99999999"))
        assert {m["authority"] for m in await h.said()} == authorities
        await h.take(found(5, host_authority="E99999999"))
        assert "unmatched_found" not in await h.kinds()


async def test_a_register_that_names_another_authority_leaves_the_child_to_it(tmp_path: Path) -> None:
    folder = written(tmp_path, HOST)
    async with hub(read_packs([folder]), [folder]) as h:
        theirs = context(-1, "compact:K-1", authority="testshire", responsible_authority="nottinghamshire")
        register = h.raw(theirs, "register.testshire.children.v1")
        await h.intake.process_batch([h.raw(context(-1, "compact:K-1")), register])
        await h.take(missing(responsible_authority="testshire"))
        assert {m["authority"] for m in await h.said()} == {"nottinghamshire", "testshire"}


async def test_out_of_hours_the_duty_role_takes_what_the_hub_cannot_settle(tmp_path: Path) -> None:
    folder = written(tmp_path, HEAD + 'duty = "desk"\n' + BODY + RULE)
    async with hub(read_packs([folder]), [folder]) as h:
        for n, hours in enumerate((3.99, 4)):  # shortly before five in London, and five
            h.clock.set(later(hours))
            await h.take(missing(hours, f"P-{n}", child=child(f"x:{n}"), responsible_authority="testshire"))
        told = [m["to"][0]["role"] for m in await h.said() if m["kind"] == "doubtful_match"]
        assert told == ["officer", "desk"]
