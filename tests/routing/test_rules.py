"""How a rule of a pack answers: how often, to whom, on which clauses, and what it rejects."""

import pytest
from made_up_reports import ABOUT, NOON, WORKER, after, decided, found, meeting, missing, origin, outcome, retracted
from small_packs import course, rule

from episodes.record import Placement, RegisterRecord, Service
from episodes.reports import Actor, Disagreement
from routing.messages import Recipient

WORKED = RegisterRecord(
    registered=True, services=(Service("social_care", worker="sw1", manager="b1"), Service("early_help"))
)


def test_a_rule_answers_once_in_an_episode_unless_it_says_each_event() -> None:
    child = course(rule("once", on='["interview"]'), rule("each", on='["interview"]', once='"event"'))
    child.tell(missing(), found(1))
    assert [m.rule for m in child.tell(outcome("offered", 2))] == ["once", "each"]
    assert [m.rule for m in child.tell(outcome("offered", 3))] == ["each"]
    child = course(rule("each", on='["meeting"]', once='"event"'))
    two = child.tell(missing(), meeting("mam", 2, also_counts_as=("review",)))
    assert len({m.id for m in two}) == 2


def test_once_for_each_report_whatever_it_changed() -> None:
    child = course(rule("each", on='["corrected", "classified", "regraded"]', once='"report"'))
    child.tell(missing())
    assert len(child.tell(missing(1, classification="absent", risk="high"))) == 1
    assert len(child.tell(missing(2, classification="absent", risk="low"))) == 1


def test_once_for_each_anchor_it_counts_from() -> None:
    child = course(
        rule("asks", on='["found", "return_changed"]', once='"anchor"', due='{from = "return", within = "3d"}')
    )
    child.tell(missing())
    assert [m.due for m in child.tell(found(10), found(10), found(11), found(10, returned_at=after(10)))] == [
        after(10 + 72),
        after(11 + 72),
    ]


def test_of_a_group_only_the_first_that_fires_answers() -> None:
    child = course(rule("a", group='"g"', when='{risk = "high"}'), rule("b", group='"g"'), rule("c"))
    assert [m.rule for m in child.tell(missing(), missing(risk="high"))] == ["b", "c"]
    child = course(rule("a", group='"g"', when='{risk = "high"}'), rule("b", group='"g"'))
    assert [m.rule for m in child.tell(missing(risk="high"))] == ["a"]


def test_a_later_rule_sees_what_an_earlier_one_has_sent() -> None:
    child = course(rule("a", when='{promised = "b"}'), rule("b"), rule("c", when='{promised = "b"}'))
    assert [m.rule for m in child.tell(missing())] == ["b", "c"]
    assert [m.rule for m in child.tell(found(1))] == ["a"]


def test_the_criteria_that_are_met_lend_their_clauses() -> None:
    more = """[criteria]
serious = [{when = {risk = "high"}, clauses = ["T-1"]}, {when = {vulnerable = "yes"}, clauses = ["T-2"]}]
grave = [{when = {meets = "serious", known_missing = true}, clauses = ["AMB-1"]}]
"""
    met = rule("met", clauses='"HUB"', when='{meets = "grave"}')
    unmet = rule("unmet", clauses='"HUB"', unless='{meets = "grave"}')

    def clauses(**fields: object) -> list[tuple[str, tuple[str, ...]]]:
        return [(m.rule, m.clauses) for m in course(met, unmet, more=more).tell(missing(**fields))]

    assert clauses(risk="high", vulnerable=True) == [("met", ("HUB", "AMB-1", "T-1", "T-2"))]
    assert clauses(vulnerable=True) == [("met", ("HUB", "AMB-1", "T-2"))]
    assert clauses() == [("unmet", ("HUB",))]


AUDIENCE = """[audiences]
whoever = [
    {when = {open_to = "social_care"}, to = ["worker"], clauses = ["T-2"]},
    {when = {risk = "low"}, to = []},
    {to = ["@others"], clauses = ["AMB-2"]},
]
others = [{to = ["desk", "officer"], clauses = ["AMB-3"]}]
"""


def test_the_first_row_of_an_audience_that_holds_says_who_and_an_empty_one_waits() -> None:
    asks = rule("asks", '"@whoever"', '"T-1"')
    child = course(asks, more=AUDIENCE, record=WORKED)
    said = child.tell(missing(risk="low"))[0]
    assert (said.to, said.clauses) == ((Recipient("worker", "sw1", "email"),), ("T-1", "T-2"))
    said = course(asks, more=AUDIENCE).tell(missing())[0]
    assert ([r.role for r in said.to], said.clauses) == (["desk", "officer"], ("T-1", "AMB-2", "AMB-3"))
    child = course(asks, more=AUDIENCE)
    assert child.tell(missing(risk="low")) == []
    assert [m.rule for m in child.tell(missing(risk="high"))] == ["asks"]


@pytest.mark.parametrize(
    ("to", "record", "people"),
    [
        ('"worker"', WORKED, [("worker", "sw1", "email")]),
        ('"worker"', RegisterRecord(), [("worker", None, "email")]),
        ('"manager"', WORKED, [("manager", "b1", "email")]),
        ('{role = "manager", of = "early_help"}', WORKED, [("manager", None, "email")]),
        ('{role = "worker", channel = "letter"}', WORKED, [("worker", "sw1", "letter")]),
        ('"reviewer"', RegisterRecord(professionals=(Actor("reviewer", "r1"),)), [("reviewer", "r1", "email")]),
        ('"helpers"', RegisterRecord(involved=("h1", "h2")), [("helpers", "h1", None), ("helpers", "h2", None)]),
        ('"carer"', RegisterRecord(placement=Placement(carers=("c1",))), [("carer", "c1", None)]),
        ('"carer"', RegisterRecord(), [("carer", None, None)]),
        ('"adviser"', WORKED, [("adviser", "sw1", None)]),
        ('"adviser"', RegisterRecord(professionals=(Actor("adviser", "a1"),)), [("adviser", "a1", None)]),
        (
            '"practitioners"',
            RegisterRecord(
                services=(Service("social_care", worker="sw1"), Service("early_help")),
                professionals=(Actor("school", "t1"), Actor("health", "sw1")),
                involved=("h1",),
            ),
            [("practitioners", "sw1", None), ("practitioners", "t1", None), ("practitioners", "h1", None)],
        ),
        ('"desk", "desk"', RegisterRecord(), [("desk", None, None)]),
    ],
)
def test_a_role_is_the_person_whom_the_register_names(to: str, record: RegisterRecord, people: list[object]) -> None:
    said = course(rule("asks", to), record=record).tell(missing())[0]
    assert [(r.role, r.person, r.channel) for r in said.to] == people


def test_whoever_reports_in_a_role_comes_before_whom_the_register_names() -> None:
    held = RegisterRecord(services=(Service("early_help", worker="eh1"),))
    hears = rule("hears", '"teller"', on='["opened", "joined", "found"]', once='"event"')
    child = course(hears, record=held)
    said = child.tell(missing(), missing(1, by=Actor("teller", "eh2")), found(2), found(3, by=WORKER))
    assert [[r.person for r in m.to] for m in said] == [["eh1"], ["eh2"], ["eh2"]]
    back = course(hears, record=held).tell(missing(by=WORKER), found(2, by=Actor("teller", "eh3")))
    assert [[r.person for r in m.to] for m in back] == [["eh1"], ["eh3"]]


def test_a_message_names_whom_to_ask_and_tells_the_circumstances_where_its_rule_says_so() -> None:
    asks = rule("asks", '"desk"', send='"rhi.request"', contact='["@whoever"]')
    refers = rule("refers", '"desk"', send='"referral.create"', circumstances="true")
    silent = rule("silent", '"desk"')
    report = missing(details={"circumstances": "left after a quarrel"})
    told, referred, plain = course(asks, refers, silent, more=AUDIENCE, record=WORKED).tell(report)
    assert told.fields["contact"] == {"role": "worker", "person": "sw1"}
    assert referred.fields == {"details": "left after a quarrel"}
    assert plain.fields == {}
    assert "contact" not in course(asks, more=AUDIENCE).tell(missing(risk="low"))[0].fields


def test_those_whom_a_report_names_and_those_who_were_told_before() -> None:
    between = (Actor("worker", "sw9"), Actor("headteacher", "h9"))
    child = course(
        rule("first", '"desk"', on='["opened"]'),
        rule("then", '{told_by = ["first"]}, {named_as = "between"}', on='["disagreement"]'),
        rule("who", '{named_as = "by"}', on='["decided"]', once='"event"'),
        rule("there", '{named_as = "attendees"}', on='["meeting"]'),
        rule("held", '{named_as = "interviewer"}', on='["interview"]'),
    )
    child.tell(missing())
    said = child.tell(Disagreement(origin=origin(), about=ABOUT, stage="raised", between=between))[0]
    assert [(r.role, r.person, r.channel) for r in said.to] == [
        ("desk", None, None),
        ("worker", "sw9", "email"),
        ("headteacher", "h9", None),
    ]
    assert [r.person for r in child.tell(decided("judgement", "go"))[0].to] == [WORKER.person]
    assert child.tell(decided("judgement", "go", by=None)) == []
    assert child.tell(meeting("mam", 2)) == []
    assert [r.role for r in child.tell(meeting("mam", 3, attendees=between))[0].to] == ["worker", "headteacher"]
    assert [r.person for r in child.tell(outcome("completed", 4))[0].to] == [WORKER.person]


def test_a_report_that_a_rule_rejects_is_no_fact_and_a_person_is_told() -> None:
    refuse = rule("refuse", on='["found"]', rejects="true", once='"event"', when='{risk = "high"}')
    child = course(refuse, rule("back", on='["found"]'))
    child.tell(missing(risk="high"))
    assert [m.rule for m in child.tell(found(2))] == ["refuse"]
    assert child.case.episode.still_missing
    assert [m.rule for m in child.tell(missing(risk="low"), found(3))] == ["back"]
    assert child.case.episode.back


def test_a_retraction_withdraws_what_is_open_and_tells_everybody_who_was_told() -> None:
    child = course(
        rule("task", '"desk"', on='["opened"]', send='"task.create"', kind='"look"'),
        rule("meet", '"worker"', on='["opened"]', send='"meeting.request"', kind='"mam"'),
        rule("done", '"desk"', on='["opened"]', send='"meeting.request"', kind='"review"'),
        rule("clock", at='{from = "start", within = "24h"}'),
    )
    child.tell(missing(), meeting("review", 1))
    assert child.timers == {"clock": after(24)}
    said = child.tell(retracted(2))
    assert [(m.type, m.kind, [r.role for r in m.to]) for m in said] == [
        ("task.cancel", "look", ["desk"]),
        ("meeting.cancel", "mam", ["worker"]),
        ("notify.info", "retracted", ["desk", "worker"]),
    ]
    assert all(m.clauses == ("AMB-77",) for m in said)
    assert child.timers == {}
    assert child.tell(retracted(3)) == []
    assert all(m.fields["reason"] == "sent in error" for m in said[:2])


def test_what_is_said_once_has_one_id_whatever_report_brings_it_up() -> None:
    first, other = missing(), missing()
    said = course(rule("asks")).tell(first)[0]
    assert course(rule("asks")).tell(other)[0].id == said.id
    assert said.causation == (first.origin.source, first.origin.id)
    assert (said.at, said.force, said.incident, said.subject_key) == (NOON, "XX", "P-1", "e-1")


def test_what_is_said_of_each_event_has_the_id_of_that_event() -> None:
    first, other = missing(), missing()
    each = rule("told", on='["opened"]', once='"event"')
    assert course(each).tell(first)[0].id == course(each).tell(first)[0].id != course(each).tell(other)[0].id


def test_rules_of_one_group_say_it_under_one_id() -> None:
    early = rule("early", on='["opened"]', group='"asks"', when='{risk = "high"}')
    late = rule("late", on='["found"]', group='"asks"')
    at_once = course(early, late).tell(missing(risk="high"))
    afterwards = course(early, late).tell(missing(risk="low"), found(1))
    assert [m.rule for m in (*at_once, *afterwards)] == ["early", "late"]
    assert len({m.id for m in (*at_once, *afterwards)}) == 1
