"""Acknowledge or escalate, as a local setting: a ladder climbed by the clock, or by the office's hours, until a named
person says that the message was seen."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from london import london
from made_up_reports import ABOUT, NOON, after, found, missing, origin, outcome, retracted
from small_packs import Course, course, rule

from episodes.reports import Acknowledged, Actor
from routing.local import load_local, localised
from routing.messages import Message

ALERT = rule("alert", on='["opened"]', send='"senior.alert"', kind='"away"')
REQUEST = rule("request", on='["found"]', send='"rhi.request"')


def child(what: str = "senior.alert/away", within: str = "2h", ladder: str = '["manager", "officer"]') -> Course:
    """A child of an authority that wants a message acknowledged."""
    text = f'authority = "testshire"\n[acknowledge."{what}"]\nwithin = "{within}"\nladder = {ladder}\n'
    made = course(ALERT, REQUEST)
    made.pack = localised(made.pack, load_local(text, "testshire/local.toml"))
    return made


def seen(hours: float, person: str | None = "m1", **what: Any) -> Acknowledged:
    return Acknowledged(origin=origin(after(hours)), about=ABOUT, by=Actor("manager", person), **what)


def steps(messages: list[Message]) -> list[tuple[datetime, str, int]]:
    return [(m.at, m.to[0].role, m.fields["step"]) for m in messages if m.type == "escalation.open"]


def test_a_shipped_pack_asks_for_no_acknowledgement() -> None:
    plain = course(ALERT)
    plain.tell(missing())
    assert plain.case.timers == ()
    assert "acknowledge_by" not in plain.said[0].fields


def test_the_ladder_is_climbed_step_by_step_and_ends_at_its_top() -> None:
    told = child()
    alert = told.tell(missing())[0]
    assert alert.fields["acknowledge_by"] == after(2)
    said = [*told.fall(), *told.fall()]
    assert steps(said) == [(after(2), "manager", 1), (after(4), "officer", 2)]
    assert told.case.timers == ()
    assert all(m.clauses == ("HUB",) and m.fields["message"] == alert.id for m in said)


@pytest.mark.parametrize("by_id", [True, False])
def test_a_named_person_ends_it(by_id: bool) -> None:
    told = child()
    alert = told.tell(missing())[0]
    told.fall()
    told.tell(seen(3, message=alert.id) if by_id else seen(3, type="senior.alert", kind="away"))
    assert told.case.timers == ()
    assert steps(told.said) == [(after(2), "manager", 1)]


@pytest.mark.parametrize(
    "not_it", [{"person": None}, {"message": "another"}, {"type": "rhi.request"}, {"type": "senior.alert", "kind": "x"}]
)
def test_nothing_less_ends_it(not_it: dict[str, Any]) -> None:
    told = child()
    alert = told.tell(missing())[0]
    what = not_it if not_it.keys() - {"person"} else {**not_it, "message": alert.id}
    told.tell(seen(1, **what))
    assert steps(told.fall()) == [(after(2), "manager", 1)]


def letter(*roles: str, then: str = '"officer"') -> Course:
    """A child of whom two alerts are told at once, which both must be acknowledged: the first to these roles."""
    to = ", ".join(f'"{role}"' for role in roles)
    made = course(
        rule("one", to, on='["opened"]', send='"senior.alert"', kind='"away"'),
        rule("two", then, on='["opened", "found"]', send='"notify.info"', kind='"more"'),
    )
    text = 'authority = "testshire"\n' + "".join(
        f'[acknowledge.{name}]\nwithin = "2h"\nladder = ["manager"]\n' for name in ("one", "two")
    )
    made.pack = localised(made.pack, load_local(text, "testshire/local.toml"))
    return made


def by(role: str, hours: float, message: str) -> Acknowledged:
    return Acknowledged(origin=origin(after(hours)), about=ABOUT, by=Actor(role, "p1"), message=message)


def test_who_confirms_one_message_of_a_letter_has_confirmed_it_all() -> None:
    told = letter("officer")
    one, _ = told.tell(missing())
    told.tell(by("officer", 1, one.id))
    assert told.case.timers == ()


def test_the_letter_of_another_reader_or_of_another_cause_is_another_letter() -> None:
    told = letter("worker", "officer", then='"worker"')
    one, _ = told.tell(missing())
    told.tell(by("officer", 1, one.id))  # whose letter holds the first alone
    assert [m.fields["message"] for m in told.fall() if m.type == "escalation.open"] == [told.said[1].id]
    told = letter("officer", then='"officer"')
    one, two = told.tell(missing())
    told.case = replace(told.case, promises=tuple(replace(p, cause=p.rule) for p in told.case.promises))
    told.tell(by("officer", 1, one.id))
    assert [m.fields["message"] for m in told.fall() if m.type == "escalation.open"] == [two.id]


def test_what_went_to_a_topic_is_in_no_letter() -> None:
    told = letter("desk", then='"desk"')
    one, two = told.tell(missing())
    told.tell(by("desk", 1, one.id))
    assert [m.fields["message"] for m in told.fall() if m.type == "escalation.open"] == [two.id]


def test_each_message_climbs_by_itself() -> None:
    told = child("senior.alert")
    told.pack = localised(
        course(ALERT, rule("second", on='["regraded"]', send='"senior.alert"', kind='"away"')).pack,
        load_local('authority = "testshire"\n[acknowledge."senior.alert"]\nwithin = "2h"\nladder = "manager"', "f"),
    )
    first = told.tell(missing())[0]
    told.tell(missing(1, reported_at=NOON, risk="high"), seen(1.5, message=first.id))
    assert steps(told.fall()) == [(after(3), "manager", 1)]
    assert told.case.timers == ()


def test_what_is_settled_or_withdrawn_needs_no_acknowledgement() -> None:
    told = child("rhi.request")
    told.tell(missing(), found(1), outcome("completed", 2))
    assert told.case.timers == ()
    told = child()
    told.tell(missing(), retracted(1))
    assert told.case.timers == ()


def test_an_outage_changes_neither_the_steps_nor_their_identity() -> None:
    prompt, late = child(), child()
    report = missing()
    for each in (prompt, late):
        each.tell(report)
    standing = min(late.case.timers, key=lambda t: t.due_at)
    assert late.tell(found(5))
    assert not steps(late.said)
    assert [m.id for m in prompt.fall()] == [m.id for m in late.fall(standing) if m.type == "escalation.open"]


def test_hours_of_the_office_pass_nights_and_weekends_over() -> None:
    told = child(within="2wh")
    friday = london("2026-06-05 16:30")
    told.tell(missing(reported_at=friday, origin=origin(friday)))
    assert min(t.due_at for t in told.case.timers) == london("2026-06-08 10:30")
