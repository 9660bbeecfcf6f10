"""What is owed, and ends: tasks that lapse, people who are told back, meetings and decisions that mean one episode."""

import pytest
from hub_in_memory import hub
from made_up_reports import ABOUT, after, found, missing, origin
from small_packs import BODY, DIRECTORY, HEAD, Course, pack, rule, written
from wire_messages import case, context, later
from wire_messages import found as found_message
from wire_messages import missing as missing_message

from episodes.record import RegisterRecord, Service
from episodes.reports import Actor, ServiceChanged
from homeward.library import read_packs
from routing.tables import PackError

TELL = (
    rule("told", '"worker"', on='["opened"]', send='"notify.missing"')
    + rule("reviewed", '"reviewer"', on='["opened"]', send='"notify.missing"')
    + rule("known", '"reviewer"', on='["found"]', send='"notify.found"', when='{professional_named = "reviewer"}')
    + rule("ask", '"worker"', send='"rhi.request"', when='{back = true, vulnerable = "yes"}')
)
BACK = HEAD + 'tells_back = ["T-2"]\n'


def held(worker: str, reviewer: str | None = "r1") -> RegisterRecord:
    people = (Actor("reviewer", reviewer),) if reviewer else ()
    return RegisterRecord(registered=True, services=(Service("social_care", worker=worker),), professionals=people)


def changed(hours: float) -> ServiceChanged:
    at = after(hours)
    return ServiceChanged(origin=origin(at, "case.opened"), about=ABOUT, service="social_care", opened=True, at=at)


def test_whoever_was_told_missing_is_told_back_also_those_who_handed_the_work_on() -> None:
    child = Course(pack(TELL, head=BACK), record=held("sw1"))
    child.tell(missing())
    child.record = held("sw2")
    child.tell(changed(1))
    *_, told = child.tell(found(5))
    assert (told.type, told.rule, told.clauses) == ("notify.found", "told_back", ("T-2",))
    assert {(r.role, r.person) for r in told.to} == {("worker", "sw1"), ("worker", "sw2")}
    assert child.tell(found(6, by=Actor("carer"))) == []


def test_the_request_for_the_interview_tells_it_too() -> None:
    child = Course(pack(TELL, head=BACK), record=held("sw1"))
    child.tell(missing(vulnerable=True))
    assert {m.rule for m in child.tell(found(5))} == {"known", "ask"}


def test_a_pack_that_does_not_say_so_tells_nobody_besides() -> None:
    child = Course(pack(TELL), record=held("sw1"))
    child.tell(missing())
    assert [m.rule for m in child.tell(found(5))] == ["known"]


def test_what_lapses_is_withdrawn_as_soon_as_its_conditions_hold_no_more() -> None:
    plan = rule("plan", on='["opened"]', send='"task.create"', kind='"plan"', when="{still_missing = true}")
    for lapses, withdrawn in (("", []), ("lapses = true\n", [("task.cancel", "plan", ("T-1", "T-2"))])):
        child = Course(pack(plan + lapses))
        child.tell(missing())
        assert [(m.type, m.kind, m.clauses) for m in child.tell(found(5))] == withdrawn


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[questions]\nnobody = ["first"]\n', "questions.nobody: there is no decision 'nobody'"),
        ('[questions]\njudgement = ["nothing"]\n', "questions.judgement: 'nothing' names no rule"),
        ('tells_back = ["T-9"]\n', "tells_back: there is no clause 'T-9'"),
    ],
)
def test_what_names_nothing_is_refused(more: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        pack(head=HEAD + more)


def test_a_meeting_of_the_child_must_be_a_word() -> None:
    with pytest.raises(PackError, match="there is no meeting 'party'"):
        pack(body=BODY.replace('services = ["soc', 'meetings_of_child = ["party"]\nservices = ["soc'))


ASKED = (
    rule("meet", on='["opened"]', send='"meeting.request"', kind='"mam"', once='"episode"')
    + rule("stop_question", on='["classified.absent"]', send='"task.create"', kind='"stop"')
    + rule("stopped", "", on='["decided.judgement.stay"]', send='"meeting.cancel"', withdraws='["meet"]')
)
QUESTION = '\n[questions]\njudgement = ["stop_question"]\n'


async def said(tmp_path, *lines, more="", body=BODY):  # type: ignore[no-untyped-def]
    folder = written(tmp_path, HEAD + more + body + ASKED, DIRECTORY)
    async with hub(read_packs([folder]), [folder]) as h:
        register = context(-1, "compact:K-1", authority="testshire")
        await h.intake.process_batch([h.raw(register, "register.testshire.children.v1")])
        for line in lines:
            topic = "casework.testshire.outcomes.v1" if b"casework" in line else None
            await h.intake.process_batch([h.raw(line, topic)])
        return [(m["type"], m["kind"], m["incident"], tuple(m["clauses"])) for m in await h.said()]


def gone(hours: float, incident: str = "P-1", **fields):  # type: ignore[no-untyped-def]
    return missing_message(hours, incident, responsible_authority="testshire", **fields)


def told(type_: str, hours: float, incident: str = "P-1", **fields):  # type: ignore[no-untyped-def]
    about = {"authority": "testshire", "force": "XX", "incident": incident}
    return case(type_, hours, **{**about, **fields})


async def test_an_answer_to_a_question_that_nobody_asked_decides_nothing_and_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    stop = told("manager.decision", 2, kind="judgement", decision="stay", by={"role": "manager"})
    heard = await said(tmp_path, gone(0), stop, more=QUESTION)
    assert ("exception.raise", "episode_conflict", "P-1", ("AMB-204", "HUB")) in heard
    assert "meeting.cancel" not in {type_ for type_, *_ in heard}


async def test_an_answer_to_a_question_decides(tmp_path) -> None:  # type: ignore[no-untyped-def]
    absent = gone(1, classification="absent")
    stop = told("manager.decision", 2, kind="judgement", decision="stay", by={"role": "manager"})
    heard = await said(tmp_path, gone(0), absent, stop, more=QUESTION)
    assert "meeting.cancel" in {type_ for type_, *_ in heard}


@pytest.mark.parametrize(("of_child", "settled"), [("", False), ('meetings_of_child = ["mam"]\n', True)])
async def test_a_meeting_settles_what_its_own_episode_asked_for(tmp_path, of_child: str, settled: bool) -> None:  # type: ignore[no-untyped-def]
    body = BODY.replace('services = ["soc', f'{of_child}services = ["soc')
    back = found_message(2, "P-1", responsible_authority="testshire")
    met = told("meeting.held", 9, "P-1", kind="mam", held_at=later(8))
    stop = told("manager.decision", 10, "P-2", kind="judgement", decision="stay", by={"role": "manager"})
    heard = await said(tmp_path, gone(0), back, gone(5, "P-2"), met, stop, body=body)
    assert (("meeting.cancel", "mam", "P-2", ("T-1", "T-2")) in heard) is not settled


async def test_a_meeting_settles_nothing_that_was_asked_for_after_it_was_held(tmp_path) -> None:  # type: ignore[no-untyped-def]
    stop = told("manager.decision", 10, kind="judgement", decision="stay", by={"role": "manager"})
    for held_at, cancelled in ((later(-1), True), (later(0), False)):
        met = told("meeting.held", 9, kind="mam", held_at=held_at)
        folder = tmp_path / str(cancelled)
        folder.mkdir()
        heard = await said(folder, gone(0), met, stop)
        assert ("meeting.cancel" in {type_ for type_, *_ in heard}) is cancelled
