"""Local settings of an authority: what they change in a pack, and the words with which a wrong one is refused."""

from datetime import date
from pathlib import Path

import orjson
import pytest
import wire_messages as wire
from london import london
from made_up_reports import ABOUT, NOON, after, found, missing, origin, outcome
from small_packs import BODY, HEAD, course, pack, rule

from episodes.reports import TaskCompleted
from homeward.library import read_packs
from homeward.simulation import Simulation
from routing.local import load_local, localised
from routing.pack import Pack
from routing.tables import PackError

HEADED = 'authority = "testshire"\n'
MAY = rule("extra", modality='"may"')
ASKS = rule("asks", on='["found"]', send='"rhi.request"')
TASK = rule("look", on='["opened"]', send='"task.create"', kind='"look"')
HOLDS = '[release]\ntask = "look"\nholds = ["rhi.request"]\n'


def settled(text: str, held: Pack) -> Pack:
    return localised(held, load_local(HEADED + text, "testshire/local.toml"))


def test_closed_days_and_hours_are_those_of_the_authority() -> None:
    own = settled("closures = [2026-06-02]\ncloses = 18:00:00", pack()).calendar
    assert own.end_of_working_day(NOON, 1) == london("2026-06-03 18:00")
    assert own.is_open(london("2026-06-01 17:30"))
    assert not own.is_open(london("2026-06-02 12:00"))


def test_an_optional_message_can_be_switched_off_and_a_duty_cannot() -> None:
    assert [r.id for r in settled('switched_off = "extra"', pack(MAY + ASKS)).rules][-1] == "asks"
    with pytest.raises(PackError, match=r"local\.toml: switched_off: the source does not leave 'asks' open"):
        settled('switched_off = "asks"', pack(MAY + ASKS))


def test_a_limit_of_its_own_is_marked_as_local() -> None:
    child = course(ASKS)
    child.pack = settled('[limits]\nasks = {from = "return", within = "72h"}', child.pack)
    [asked] = child.tell(missing(), found(1))
    assert (asked.due, asked.due_basis) == (after(73), "local")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('switched_off = "gone"', "testshire 1 has no rule 'gone'"),
        ('[limits]\ndated = {from = "return", within = "1h"}', "the source sets a limit there already"),
        ("auto_release = false", "nothing in testshire 1 can wait for a person"),
        ('[acknowledge.gone]\nwithin = "1h"\nladder = "officer"', "acknowledge.gone: it names no rule"),
        ('[acknowledge.asks]\nwithin = "1h"\nladder = "nobody"', "there is no role 'nobody' in the pack"),
        ('[acknowledge.asks]\nwithin = "1h"', "'ladder' needs at least one role"),
        (
            '[acknowledge.asks]\nwithin = "0h"\nladder = "officer"',
            "'0h' is no time at all: write a length of 1h or more",
        ),
        ('[acknowledge.asks]\nwithin = "soon"\nladder = "officer"', "'soon' is no period"),
        ('closures = ["tomorrow"]', "a list of days"),
        ("colour = 1", "colour"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_mend(text: str, fault: str) -> None:
    dated = rule("dated", due='{from = "return", within = "1h"}')
    with pytest.raises(PackError, match=r"testshire/local\.toml") as refused:
        settled(text, pack(ASKS + dated))
    assert fault in str(refused.value)


def test_the_settings_stand_beside_a_pack_or_in_the_folder_of_the_installation(tmp_path: Path) -> None:
    packs, own = tmp_path / "packs" / "testshire", tmp_path / "own" / "testshire"
    for folder in (packs, own):
        folder.mkdir(parents=True)
    (packs / "1.toml").write_text(HEAD + BODY + rule("r", clauses='"T-1", "T-2"'))
    (own / "local.toml").write_text(HEADED + "closures = [2026-06-02]")
    held = read_packs([tmp_path / "packs"], tmp_path / "own").all()["testshire"][0]
    assert held.calendar.closures == {date(2026, 6, 2)}
    (packs / "local.toml").write_text(HEADED + "closures = [2026-06-03]")
    assert read_packs([tmp_path / "packs"]).all()["testshire"][0].calendar.closures == {date(2026, 6, 3)}
    (own / "local.toml").write_text('authority = "elsewhere"')
    with pytest.raises(PackError, match="there is no pack 'elsewhere'"):
        read_packs([tmp_path / "packs"], tmp_path / "own")


# ---- requests that wait for a person (AMB-08)


ALL_ASKED = ("allocated_social_worker", "children_missing_officer")


def done(hours: float) -> TaskCompleted:
    return TaskCompleted(origin=origin(after(hours)), about=ABOUT, kind="look", at=after(hours))


def test_a_request_waits_for_the_officer_who_is_warned_of_the_limit() -> None:
    asks = rule("asks", on='["found"]', send='"rhi.request"', due='{from = "return", within = "72h"}')
    child = course(TASK, asks, more=HOLDS)
    child.pack = settled("auto_release = false", child.pack)
    child.tell(missing())
    [warned] = child.tell(found(1))
    assert (warned.type, warned.kind, warned.due) == ("exception.raise", "release_awaited", after(73))
    assert (warned.to[0].role, warned.clauses) == ("officer", ("AMB-08",))
    assert [(m.type, m.due) for m in child.tell(done(20))] == [("rhi.request", after(73))]
    assert child.tell(done(21)) == []


def test_what_is_on_hold_may_be_asked_about_until_it_is_released() -> None:
    late = rule("late", on='["interview.offered"]', once='"event"', when='{on_hold = "asks"}')
    child = course(TASK, ASKS, late, more=HOLDS)
    child.pack = settled("auto_release = false", child.pack)
    child.tell(missing(), found(1))
    assert [m.rule for m in child.tell(outcome("offered", 2))] == ["late"]
    assert "late" not in [m.rule for m in child.tell(done(3), outcome("offered", 4))]
    child = course(TASK, ASKS, late, more=HOLDS)  # nothing waits by default
    assert "late" not in [m.rule for m in child.tell(missing(), found(1), outcome("offered", 2))]


def test_what_was_released_before_goes_out_at_once_and_by_default_nothing_waits() -> None:
    child = course(TASK, ASKS, more=HOLDS)
    child.pack = settled("auto_release = false", child.pack)
    assert [m.type for m in child.tell(missing(), done(1), found(2))] == ["task.create", "rhi.request"]
    child = course(TASK, ASKS, more=HOLDS)
    assert [m.type for m in child.tell(missing(), found(2))] == ["task.create", "rhi.request"]


def test_a_release_names_a_task_and_messages_of_the_pack() -> None:
    with pytest.raises(PackError, match=r"release: there is no kind of task .gone."):
        course(TASK, ASKS, more='[release]\ntask = "gone"\nholds = ["rhi.request"]\n')


def test_the_hubs_own_notification_is_the_officers_act_where_requests_wait() -> None:
    """AMB-142: what counts from the first notification counts from the officer's own act."""
    told = rule("told", on='["opened"]', send='"notify.missing"')
    upload = rule("upload", on='["interview.completed"]', due='{from = "told_first", of = ["told"], within = "10d"}')
    by_itself, by_hand = course(TASK, told, ASKS, upload, more=HOLDS), course(TASK, told, ASKS, upload, more=HOLDS)
    by_hand.pack = settled("auto_release = false", by_hand.pack)
    for child in (by_itself, by_hand):
        child.tell(missing(), found(1), done(5))
    assert by_itself.tell(outcome("completed", 6))[0].due == after(240)
    assert by_hand.tell(outcome("completed", 6))[0].due == after(245)


async def test_a_folder_with_local_settings_is_rehearsed_as_it_would_run(tmp_path: Path) -> None:
    own = tmp_path / "nottinghamshire"
    own.mkdir()
    (own / "local.toml").write_text(
        'authority = "nottinghamshire"\n[acknowledge."task.create/process_notification"]\n'
        'within = "2wh"\nladder = ["team_manager", "service_director"]\n'
    )
    lines = [wire.missing(child=wire.child("compact:K-1"))]
    until = wire.later(24)
    plain = [orjson.loads(line) for line in await Simulation().run(lines, until)]
    climbed = [orjson.loads(line) for line in await Simulation([tmp_path]).run(lines, until)]
    assert not [m for m in plain if m["type"] == "escalation.open"]
    steps = [m["data"] for m in climbed if m["type"] == "escalation.open"]
    assert [(s["to"][0]["role"], s["step"], s["clauses"]) for s in steps] == [
        ("team_manager", 1, ["HUB"]),
        ("service_director", 2, ["HUB"]),
    ]
    task = next(m for m in climbed if m["data"]["kind"] == "process_notification")
    assert {s["message"] for s in steps} == {task["id"]}
    assert task["data"]["acknowledge_by"]


@pytest.mark.parametrize(("released", "told"), [(None, [("children_missing_officer",)]), (20, [ALL_ASKED])])
async def test_of_a_request_on_hold_the_officer_alone_hears_at_its_limit(
    tmp_path: Path, released: int | None, told: list[tuple[str, ...]]
) -> None:
    """The notification goes at once; only the request waits (AMB-194)."""
    own = tmp_path / "nottinghamshire"
    own.mkdir()
    (own / "local.toml").write_text('authority = "nottinghamshire"\nauto_release = false\n')
    register = wire.context(-1, "compact:K-1", services=[{"service": "cscs", "worker": "sw1"}])
    lines = [register, wire.missing(vulnerable=True), wire.found(2)]
    if released:
        lines.append(wire.case("task.completed", released, kind="process_notification", at=wire.later(released)))
    said = [orjson.loads(line) for line in await Simulation([tmp_path]).run(lines, wire.later(90))]
    assert [m["time"] for m in said if m["type"] == "notify.missing"] == [wire.later(0).isoformat()[:-6] + "Z"]
    breaches = [m for m in said if m["type"] == "rhi.breach"]
    assert [tuple(to["role"] for to in m["data"]["to"]) for m in breaches] == told
    assert ("AMB-194" in breaches[0]["data"]["clauses"]) is (released is None)
    assert ("rhi.request" in {m["type"] for m in said}) is (released is not None)
