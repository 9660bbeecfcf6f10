"""Timed rules: when they ask to be asked, what they answer then, limits that move, and promises that are settled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made_up_reports import ABOUT, after, clock_set, decided, found, meeting, missing, origin, outcome
from small_packs import Course, course, rule

from episodes.record import Document, RegisterRecord
from episodes.reports import DocumentUpdated, TaskCompleted
from routing.case import Timer


def clock(moment: str, **lines: str) -> Course:
    name, limit = moment.split(" ", 1)
    return course(rule("clock", **{name: limit}, **lines))


@pytest.mark.parametrize(
    ("moment", "falls"),
    [
        ('at {from = "start", within = "24h"}', after(24)),
        ('over {from = "start", within = "24h"}', after(24) + timedelta(seconds=1)),
        ('before {from = "start", within = "24h", lead = "2h"}', after(22)),
        ('at {from = "start", within = ["5d", "24h"]}', after(24)),
    ],
)
def test_a_timed_rule_goes_out_by_itself(moment: str, falls: object) -> None:
    child = clock(moment)
    assert child.tell(missing()) == []
    assert child.timers == {"clock": falls}
    said = child.fall()
    assert [(m.rule, m.at, m.causation) for m in said] == [("clock", falls, None)]
    assert child.timers == {}


def test_a_moment_that_has_passed_on_arrival_goes_out_at_once() -> None:
    child = clock('at {from = "start", within = "24h"}')
    assert [m.rule for m in child.tell(missing(origin=origin(after(30))))] == ["clock"]
    assert child.timers == {}


def test_a_report_at_the_very_instant_is_answered_before_the_timer() -> None:
    child = clock('at {from = "start", within = "24h"}', when="{still_missing = true}")
    child.tell(missing(), found(24))
    assert child.timers == {}


def test_a_timer_is_a_question_and_may_be_answered_with_nothing() -> None:
    child = clock('at {from = "start", within = "24h"}', when="{still_missing = true}")
    child.tell(missing())
    timer = child.case.timers[0]
    child.tell(found(3))
    assert child.timers == {}
    assert child.fall(timer) == []


def test_an_outage_changes_neither_the_identity_nor_the_instant_that_is_meant() -> None:
    said = []
    for late in (0, 9):
        child = clock('at {from = "start", within = "24h"}')
        child.tell(missing())
        timer = child.case.timers[0]
        if late:  # something else is taken in while the timer stands overdue: the answer is left to the timer
            assert child.tell(meeting("mam", 30)) == []
        said.append(child.fall(timer)[0])
    assert said[0].id == said[1].id


def test_a_timer_moves_with_its_anchor() -> None:
    child = clock('at {from = "start", within = "24h"}')
    child.tell(missing(), missing(2))
    assert child.timers == {"clock": after(26)}
    child.tell(clock_set(after(-1)))
    assert child.timers == {"clock": after(23)}


@pytest.mark.parametrize(
    ("anchor", "reports", "falls"),
    [
        ('from = "return"', (found(10, found_at=after(8)),), after(11)),
        ('from = "found"', (found(10, found_at=after(8)),), after(9)),
        ('from = "last_held", of = "mam"', (meeting("mam", 5), meeting("mam", 7)), after(8)),
        ('from = "document", of = "plan"', (), after(4)),
    ],
)
def test_what_a_clock_may_count_from(anchor: str, reports: tuple[object, ...], falls: object) -> None:
    child = clock(f'over {{{anchor}, within = "1h"}}')
    child.record = RegisterRecord(documents=(Document("plan", after(3)),) if "document" in anchor else ())
    child.tell(missing(origin=origin(after(-1))))
    for report in reports:
        child.tell(report, now=after(-1))  # type: ignore[arg-type]
    assert child.timers == {"clock": falls + timedelta(seconds=1)}  # type: ignore[operator]


def test_a_clock_from_what_was_first_sent() -> None:
    more = rule("ask", on='["opened"]', send='"task.create"', kind='"look"')
    child = course(more, rule("clock", at='{from = "first_sent", of = "task.create/look", within = "24h"}'))
    child.tell(missing())
    assert child.timers == {"clock": after(24)}


REQUEST = rule("request", send='"rhi.request"', when="{back = true}", due='{from = "return", within = "72h"}')


def test_a_limit_that_moves_is_sent_again_and_replaces_the_first() -> None:
    child = course(REQUEST)
    first = child.tell(missing(), found(10))[0]
    assert (first.due, first.replaces) == (after(82), None)
    moved = child.tell(found(12))[0]
    again = child.tell(found(14))[0]
    assert [(m.due, m.replaces) for m in (moved, again)] == [(after(84), first.id), (after(86), first.id)]
    assert len({m.id for m in (first, moved, again)}) == 3
    child.tell(outcome("completed", 20))
    assert child.tell(found(15)) == []


def test_a_limit_that_is_past_on_arrival_says_so() -> None:
    said = course(REQUEST).tell(missing(), found(10, origin=origin(after(100))))[0]
    assert (said.due, said.late_on_arrival) == (after(82), True)


def test_a_target_and_a_local_limit_are_told_apart() -> None:
    child = course(
        rule("t", due='{from = "start", within = "3d", basis = "local"}', target='{from = "start", within = "1d"}')
    )
    said = child.tell(missing())[0]
    assert (said.due, said.due_basis, said.target) == (after(72), "local", after(24))


@pytest.mark.parametrize(
    ("promise", "fulfilled", "other"),
    [
        ('send = "rhi.request"', outcome("refused", 3), outcome("offered", 3)),
        ('send = "meeting.request"\nkind = "mam"', meeting("mam", 3), meeting("review", 3)),
        (
            'send = "task.create"\nkind = "look"',
            TaskCompleted(origin=origin(after(3)), about=ABOUT, kind="look", at=after(3)),
            TaskCompleted(origin=origin(after(3)), about=ABOUT, kind="call", at=after(3)),
        ),
        (
            'send = "notify.info"\nsettled_by = ["document.plan", "decided.judgement.go"]',
            DocumentUpdated(origin=origin(after(3)), about=ABOUT, kind="plan", at=after(3)),
            decided("judgement", "stay"),
        ),
    ],
)
def test_a_promise_is_settled_by_what_fulfils_it(promise: str, fulfilled: object, other: object) -> None:
    def open_after(report: object) -> bool:
        head = '[[rules]]\nid = "asks"\ntitle = "Ask"\n'
        asks = f'{head}on = ["opened"]\nto = ["desk"]\nclauses = ["T-1", "T-2"]\n{promise}\n'
        child = course(asks)
        child.tell(missing(), report)  # type: ignore[arg-type]
        return child.case.promises[0].open

    assert not open_after(fulfilled)
    assert open_after(other)


def test_a_message_closes_the_promises_it_names() -> None:
    child = course(
        rule("wait", on='["opened"]', send='"task.create"', kind='"wait"'),
        rule("stay", on='["opened"]', send='"task.create"', kind='"stay"'),
        rule("end", on='["found"]', closes='["task.create/wait"]'),
    )
    child.tell(missing(), found(1))
    assert {p.rule: p.open for p in child.case.promises} == {"wait": False, "stay": True, "end": True}


def test_a_timer_of_a_rule_that_the_pack_no_longer_has_says_nothing() -> None:
    child = course(rule("a", on='["found"]'))
    child.tell(missing())
    assert child.fall(Timer("gone", after(5))) == []


@pytest.mark.parametrize(("moment", "hours", "late"), [("at", 72, False), ("at", 72.1, True), ("over", 72.1, True)])
def test_what_the_hub_would_have_sent_already_is_late(moment: str, hours: float, late: bool) -> None:
    alert = {moment: '{from = "start", within = "72h"}'}
    child = course(rule("alert", send='"senior.alert"', when="{still_missing = true}", **alert))
    (said,) = child.tell(replace(missing(), origin=origin(after(hours))))
    assert (said.due, said.late_on_arrival) == (None, late)
    timely = course(rule("alert", send='"senior.alert"', when="{still_missing = true}", **alert))
    timely.tell(missing())
    assert [m.late_on_arrival for m in timely.fall()] == [False]


def test_a_limit_does_not_count_from_a_request_that_was_over_before_it_left() -> None:
    """AMB-142: the limit counts from the instant at which the hub forwards the notification; that went to nobody."""
    asks = rule("asks", on='["found"]', send='"rhi.request"')
    upload = rule("upload", on='["interview.completed"]', due='{from = "told_first", of = ["asks"], within = "10d"}')
    left, waits = course(asks, upload), course(asks, upload)
    for child in (left, waits):
        child.tell(missing(), found(1))
    waits.fresh = {message.id: () for message in waits.said}
    assert [m.due for m in left.tell(outcome("completed", 6))] == [after(241)]
    assert [m.due for m in waits.tell(outcome("completed", 6))] == [None]
