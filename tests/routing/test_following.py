"""Requests that follow whoever holds the work, and withdrawals of what has become moot."""

import pytest
from made_up_reports import ABOUT, after, found, missing, origin
from small_packs import Course, pack, rule

from episodes.record import RegisterRecord, Service
from episodes.reports import RecordHeld, ServiceChanged, TaskCompleted
from routing.tables import PackError

HELD = """
[audiences]
holder = [
    {when = {worker_named = "social_care"}, to = ["worker"]},
    {to = ["desk"], clauses = ["T-2"]},
]
"""
MEETING = """
[[rules]]
id = "ask"
title = "Say ask"
on = ["opened"]
send = "meeting.request"
kind = "mam"
to = ["@holder"]
due = {from = "start", within = "3d"}
follows = true
clauses = ["T-1"]

[[rules]]
id = "look"
title = "Say look"
on = ["opened"]
send = "task.create"
kind = "look"
to = ["@holder"]
clauses = ["T-1"]

[[rules]]
id = "enough"
title = "Say enough"
on = ["found"]
send = "task.cancel"
withdraws = ["task.create"]
clauses = ["T-1", "T-2"]

[[rules]]
id = "called_off"
title = "Say called_off"
on = ["found"]
send = "meeting.cancel"
withdraws = ["meeting.request/mam"]
clauses = ["T-1", "T-2"]
"""


def opened(hours: float) -> ServiceChanged:
    at = after(hours)
    return ServiceChanged(origin=origin(at, "case.opened"), about=ABOUT, service="social_care", opened=True, at=at)


def allocated(worker: str) -> RegisterRecord:
    return RegisterRecord(registered=True, services=(Service("social_care", worker=worker),))


def test_an_open_request_goes_on_to_the_new_worker_with_its_limit() -> None:
    child = Course(pack(MEETING, more=HELD))
    asked, task = child.tell(missing())
    assert ([r.role for r in asked.to], asked.due) == (["desk"], after(72))
    child.record = allocated("sw1")
    again, task_again = child.tell(opened(24))
    assert [(r.role, r.person) for r in again.to] == [("worker", "sw1")]
    assert (again.kind, again.due, again.replaces, again.clauses) == ("mam", after(72), asked.id, ("T-1",))
    child.record = allocated("sw2")
    third, _ = child.tell(opened(30))
    assert (third.to[0].person, third.replaces) == ("sw2", asked.id)
    assert len({asked.id, again.id, third.id}) == 3
    assert child.tell(opened(31)) == []
    assert (task_again.kind, task_again.to, task_again.replaces) == ("look", again.to, task.id)


def test_a_limit_that_moves_is_told_to_whoever_was_asked_and_to_whoever_holds_the_work_now() -> None:
    child = Course(pack(MEETING, more=HELD), allocated("sw1"))
    child.tell(missing())
    child.record = allocated("sw2")
    child.tell(opened(1))
    (moved,) = child.tell(missing(2, reported_at=after(-6)))
    assert ([r.person for r in moved.to], moved.due) == (["sw2", "sw1"], after(66))
    assert "AMB-183" in moved.clauses
    child.record = allocated("sw3")
    assert [[r.person for r in m.to] for m in child.tell(opened(3)) if m.kind == "mam"] == [["sw3"]]


def test_a_task_goes_to_the_person_in_whose_place_a_body_was_told_and_to_the_next_one_and_to_nobody_else() -> None:
    child = Course(pack(MEETING.replace("follows = true\n", ""), more=HELD))
    child.tell(missing())
    child.record = allocated("sw1")
    assert [m.to[0].person for m in child.tell(opened(1))] == ["sw1", "sw1"]
    child.record = allocated("sw2")
    assert [m.to[0].person for m in child.tell(opened(2))] == ["sw2", "sw2"]
    child.record = RegisterRecord(registered=True)  # nobody is named any more: it stays with whoever has it
    assert child.tell(opened(3)) == []
    child.tell(TaskCompleted(origin=origin(after(4)), about=ABOUT, kind="look", at=after(4)))
    child.record = allocated("sw3")
    assert [m.kind for m in child.tell(opened(5))] == ["mam"]


def held(hours: float) -> RecordHeld:
    return RecordHeld(origin=origin(after(hours), "case.context"), about=ABOUT)


def test_where_the_record_names_nobody_any_more_a_body_holds_the_work() -> None:
    child = Course(pack(MEETING.replace("follows = true\n", ""), more=HELD), allocated("sw1"))
    asked = child.tell(missing())
    child.record = RegisterRecord(registered=True)
    again = child.tell(held(1))
    assert [(m.kind, m.to[0].role, m.to[0].person) for m in again] == [("mam", "desk", None), ("look", "desk", None)]
    assert [m.replaces for m in again] == [m.id for m in asked]
    assert child.tell(held(2)) == []


def test_and_where_no_body_does_it_stays_with_whoever_has_it() -> None:
    asks = rule("look", '{role = "worker", if_named = true}', on='["opened"]', send='"task.create"', kind='"look"')
    child = Course(pack(asks), allocated("sw1"))
    (asked,) = child.tell(missing())
    assert [r.person for r in asked.to] == ["sw1"]
    child.record = RegisterRecord(registered=True)
    assert child.tell(held(1)) == []
    child.record = allocated("sw2")
    assert [r.person for m in child.tell(held(2)) for r in m.to] == ["sw2"]


def test_while_the_child_is_missing_the_new_worker_is_told_so() -> None:
    told = rule("told", '"worker"', on='["opened"]', send='"notify.missing"')
    for reports, persons in (((missing(),), ["sw2"]), ((missing(), found(1)), [])):
        child = Course(pack(told), record=allocated("sw1"))
        child.tell(*reports)
        child.record = allocated("sw2")
        assert [m.to[0].person for m in child.tell(opened(2))] == persons


def test_a_withdrawal_reaches_those_who_hold_the_request_now() -> None:
    child = Course(pack(MEETING, more=HELD))
    child.tell(missing())
    child.record = allocated("sw1")
    child.tell(opened(24))
    said = [(m.type, m.kind, m.to[0].role, m.clauses) for m in child.tell(found(30))]
    assert said == [
        ("task.cancel", "look", "worker", ("T-1", "T-2")),
        ("meeting.cancel", "mam", "worker", ("T-1", "T-2")),
    ]
    child.record = allocated("sw2")
    assert child.tell(opened(31)) == []


def test_what_is_done_is_not_withdrawn() -> None:
    child = Course(pack(MEETING, more=HELD))
    child.tell(missing(), TaskCompleted(origin=origin(after(2)), about=ABOUT, kind="look", at=after(2)))
    assert [m.kind for m in child.tell(found(30))] == ["mam"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('withdraws = ["task.create"]', 'withdraws = ["x"]', "'x' names no rule"),
        (
            '"meeting.request/mam"',
            '"look"',
            "a 'task.create', which 'meeting.cancel' does not take back; send",
        ),
        ('kind = "mam"', 'kind = "mam"\nwithdraws = ["look"]', "it withdraws promises, so its kind and recipients"),
        ('to = ["@holder"]\ndue', 'to = [{named_as = "by"}]\ndue', "it follows who holds the work"),
        ("withdraws = ", 'closes = ["look"]\nwithdraws = ', "only one of 'closes' and 'withdraws'"),
    ],
)
def test_what_does_not_fit_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        pack(MEETING.replace(old, new, 1), more=HELD)
