"""What interviews and screenings found, who held them, and how the people of a report are addressed."""

from dataclasses import replace
from typing import Any

import pytest
from made_up_reports import decided, found, missing, new_episode, outcome
from small_packs import Course, course, rule, ruled

from episodes.record import Placement, RegisterRecord, Service
from episodes.reports import Actor
from routing.case import Case

RECORD = RegisterRecord(
    registered=True,
    services=(Service("social_care", worker="sw1"), Service("early_help", worker="eh1")),
    placement=Placement(provider="home1", carers=("carer1",)),
    professionals=(Actor("reviewer", "iro1"),),
)
RAISED = 'interview_raises = "harm"'


def done(**fields: Any) -> Any:
    return outcome("completed", 5, **fields)


def by(role: str, person: str | None = None) -> Any:
    return done(interviewer=Actor(role, person))


CASES: list[tuple[str, list[Any], list[Any]]] = [
    ("interview_states_concerns = true", [done(concerns=())], [done()]),
    ("interview_states_concerns = true", [done(concerns=()), done()], [outcome("refused", 5, concerns=())]),
    (RAISED, [done(concerns=("harm", "other"))], [done(concerns=("other",))]),
    (RAISED, [done(concerns=("harm",)), done()], [done(concerns=("harm",)), done(concerns=())]),
    ('screening_raises = "harm"', [decided("rag_proposed", "GREEN", concerns=("harm",))], [decided("rag", "GREEN")]),
    (
        'screening_raises = "harm"',
        [decided("rag_proposed", "GREEN", concerns=("harm",)), decided("rag", "GREEN", 2)],
        [decided("rag_proposed", "GREEN", concerns=("harm",)), decided("rag", "GREEN", 2, concerns=())],
    ),
    ("template_used = true", [done(template="Form")], [done()]),
    ('interviewer_named_as = "worker"', [by("worker")], [done(by=Actor("worker", "sw1"))]),
    ('interviewed_by_own_worker = "social_care"', [by("desk", "sw1")], [by("desk", "sw2")]),
    ('interviewed_by_own_worker = "early_help"', [by("desk", "eh1")], [by("desk", "sw1")]),
    ("interviewed_by_placement = true", [by("desk", "carer1")], [by("desk", "sw2")]),
    ("interviewed_by_placement = true", [by("desk", "home1")], [by("carer")]),
]


@pytest.mark.parametrize(("condition", "yes", "no"), CASES, ids=[f"{n}-{c[0][:40]}" for n, c in enumerate(CASES)])
def test_it_holds_for_the_one_and_not_for_the_other(condition: str, yes: list[Any], no: list[Any]) -> None:
    for reports, answered in ((yes, True), (no, False)):
        child = Course(ruled(condition), record=RECORD)
        child.tell(missing(), found(2), *reports[:-1])
        assert bool(child.tell(reports[-1])) is answered


def test_a_professional_is_named_where_the_register_holds_a_person() -> None:
    for professionals, named in (
        ((Actor("reviewer", "iro1"),), True),
        ((Actor("reviewer"), Actor("desk", "d1")), False),
    ):
        child = Course(ruled('professional_named = "reviewer"'), record=replace(RECORD, professionals=professionals))
        assert bool(child.tell(missing())) is named


@pytest.mark.parametrize(
    ("days", "fields", "newest"),
    [(10, {}, True), (-10, {}, False), (-10, {"state": "retracted"}, True)],
)
def test_the_newest_episode_of_the_child(days: int, fields: dict[str, Any], newest: bool) -> None:
    other = Course(ruled("known_missing = true"), case=Case(new_episode(id="other")))
    other.tell(missing(-24 * days))
    others = (replace(other.case, episode=replace(other.case.episode, **fields)),)
    assert bool(Course(ruled("newest_episode = true"), others=others).tell(missing())) is newest


@pytest.mark.parametrize(("hours", "in_time"), [(74, True), (74.001, False)])
def test_in_time_counts_from_the_return_also_where_nobody_was_asked(hours: float, in_time: bool) -> None:
    child = Course(ruled('interview_in_time = {results = ["offered"], within = "72h"}'))
    child.tell(missing(), found(2))
    assert bool(child.tell(outcome("offered", hours))) is in_time


def test_an_interview_is_in_time_only_where_it_has_a_limit_of_its_own() -> None:
    for measure, in_time in (("completed", True), ("offered", None)):
        ask = rule(
            "ask", on='["found"]', send='"rhi.request"', fields=f'{{measure = "{measure}"}}',
            due='{from = "return", within = "72h"}',
        )  # fmt: skip
        child = course(ask, rule("held", on='["interview.completed"]', send='"rhi.completed"'))
        child.tell(missing(), found(2))
        assert child.tell(done())[0].fields.get("in_time") is in_time


@pytest.mark.parametrize(
    ("to", "people"),
    [
        ('{named_as = "interviewer"}', [("helpers", "h1")]),
        ('{named_as = "interviewer", role = "desk"}', [("desk", "h1")]),
        ('{named_as = "by", role = "desk"}', [("desk", None)]),
        ('{role = "reviewer", if_named = true}', [("reviewer", "iro1")]),
        ('{role = "carer", if_named = true}', [("carer", "carer1")]),
        ('"manager"', [("manager", None)]),
    ],
)
def test_people_are_addressed_in_the_role_that_the_pack_gives_them(to: str, people: list[Any]) -> None:
    child = course(rule("tell", to, on='["interview.completed"]'), record=RECORD)
    child.tell(missing())
    (said,) = child.tell(done(by=None, interviewer=Actor("helpers", "h1")))
    assert [(r.role, r.person) for r in said.to] == people


def test_who_is_not_named_is_not_addressed() -> None:
    child = course(rule("tell", '{role = "manager", if_named = true}, "desk"', on='["opened"]'), record=RECORD)
    assert [r.role for r in child.tell(missing())[0].to] == ["desk"]


def test_a_request_may_take_the_place_of_another() -> None:
    lines = {"on": '["found"]', "send": '"rhi.request"', "due": '{from = "return", within = "72h"}'}
    other = {**lines, "on": '["decided.judgement.go"]', "once": '"event"', "takes_over": '["rhi.request"]'}
    child = course(rule("ask", **lines), rule("ask_other", '"desk"', **other))
    (first,) = child.tell(missing(), found(2))
    (second,) = child.tell(decided("judgement", "go", 3))
    (third,) = child.tell(decided("judgement", "go", 4))
    assert (second.due, second.replaces, third.replaces) == (first.due, first.id, first.id)
    assert [promise.open for promise in child.case.promises] == [False, False, True]
