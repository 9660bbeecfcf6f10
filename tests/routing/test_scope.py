"""Whom a procedure is about (age, scope), and missing or absent on the hub's presumption and a person's word."""

from datetime import UTC, date, datetime

import pytest
from made_up_reports import NOON, after, decided, found, missing, status
from small_packs import Course, course, rule

from episodes.record import RegisterRecord
from routing.situation import birthday

ADULT = RegisterRecord(date_of_birth=date(2008, 6, 1))  # eighteen on the day on which the child is reported
CHILD = RegisterRecord(date_of_birth=date(2008, 6, 2))
SCOPE = "[scope]\nunless = {age_at_missing = {at_least = 18}}\n"
REVIEW = rule("review", at='{from = "eighteenth_birthday"}', when="{still_missing = true}")
PRESUMES = rule("presumes", send='"episode.update"', classifies='"missing"', when='{classified = "absent"}',
                unless='{undecided = {kind = "judgement"}}')  # fmt: skip
ASKS = rule("asks", when="{back = true, ever_missing = true}")


def test_nobody_but_those_in_scope_is_answered_and_what_lies_beyond_it_may_be() -> None:
    rules = (rule("inside"), rule("beyond", beyond_scope="true"))
    assert [m.rule for m in course(*rules, more=SCOPE, record=ADULT).tell(missing())] == ["beyond"]
    assert [m.rule for m in course(*rules, more=SCOPE, record=CHILD).tell(missing())] == ["inside", "beyond"]
    assert len(course(*rules, more=SCOPE).tell(missing())) == 2, "an age that nobody knows keeps nobody out"


def test_no_clock_runs_for_somebody_out_of_scope() -> None:
    clock = rule("clock", at='{from = "start", within = "24h"}')
    adult, child = (course(clock, more=SCOPE, record=r) for r in (ADULT, CHILD))
    adult.tell(missing())
    child.tell(missing())
    assert (adult.timers, child.timers) == ({}, {"clock": after(24)})


def test_a_birth_date_that_comes_later_brings_a_child_back_into_scope() -> None:
    child = course(rule("inside"), more=SCOPE, record=ADULT)
    assert child.tell(missing()) == []
    child.record = CHILD
    assert [m.rule for m in child.tell(status(None, 1, risk="high"))] == ["inside"]


@pytest.mark.parametrize(
    ("born", "midnight"),
    [
        (date(2008, 6, 2), datetime(2026, 6, 1, 23, tzinfo=UTC)),
        (date(2008, 12, 2), datetime(2026, 12, 2, tzinfo=UTC)),
        (date(2008, 2, 29), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
    ids=["in summer time", "in winter", "29 February"],
)
def test_the_eighteenth_birthday_begins_at_midnight_in_london(born: date, midnight: datetime) -> None:
    assert birthday(born, 18) == midnight
    child = course(REVIEW, record=RegisterRecord(date_of_birth=born))
    if midnight > NOON:
        child.tell(missing())
        assert child.timers == {"review": midnight}
        assert [(m.rule, m.at) for m in child.fall()] == [("review", midnight)]


def test_no_birthday_is_waited_for_where_none_is_known_or_the_child_is_back() -> None:
    unknown, back = course(REVIEW), course(REVIEW, record=CHILD)
    unknown.tell(missing(age=17))
    back.tell(missing(), found(1))
    assert (unknown.timers, back.timers) == ({}, {})


def absent() -> Course:
    child = course(PRESUMES, ASKS)
    child.tell(missing(classification="absent"))
    assert [m.fields["classification"] for m in child.tell(decided("judgement", "go"))] == ["missing"]
    return child


def test_what_a_rule_presumes_stands_and_later_rules_see_it() -> None:
    child = absent()
    assert child.case.episode.classification == "missing"
    assert [m.rule for m in child.tell(found(5))] == ["asks"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ((decided("classification", "missing", 2),), ["asks"]),
        ((decided("classification", "absent", 2),), []),
        ((decided("classification", "absent", 2), decided("classification", "missing", 3)), ["asks"]),
        ((status("missing", 2), decided("classification", "absent", 3)), ["asks"]),
        ((status("absent", 2),), ["asks"]),
    ],
    ids=["confirmed", "denied", "denied, then so", "the police say so too", "the police change their mind"],
)
def test_a_persons_word_takes_the_place_of_what_was_presumed(words: tuple[object, ...], asked: list[str]) -> None:
    child = absent()
    for word in words:
        child.tell(word)  # type: ignore[arg-type]
    assert [m.rule for m in child.tell(found(5))] == asked


def test_a_persons_word_is_a_classification() -> None:
    child = course(rule("hears", on='["classified.missing"]', once='"event"'))
    child.tell(missing(classification="absent"))
    assert [m.rule for m in child.tell(decided("classification", "missing", 1))] == ["hears"]
    assert child.tell(decided("classification", "missing", 2)) == []
