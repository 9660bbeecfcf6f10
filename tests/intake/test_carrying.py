"""A child who goes missing again: the interview asked for is given up and carried on by the later episode, a promise of
one episode ends in another, and a report by somebody whose word begins no episode is heard."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from made_up_reports import ABOUT, after, new_episode, origin
from made_up_reports import found as found_report
from made_up_reports import missing as missing_report
from small_packs import BODY, HEAD, Course, rule, ruled, written
from wire_messages import case, event, found, later, missing, police

from episodes.reports import TaskCompleted
from homeward.simulation import Simulation
from routing.case import Case

TERMS = '[terms]\nbegun_by = ["police"]\n'
CARRIES_ON = '{carries_on = {given_up_by = "give_up"}}'
RULES = (
    rule("note", on='["opened"]', send='"flag.set"', unless='{open_for_child = "flag.set"}', dated='["starts_on"]'),
    rule("contact", on='["opened"]', send='"case.contact.create"', unless="{carries_on = true}"),
    rule("again", on='["opened"]', when=CARRIES_ON),
    rule("no_note", on='["found"]', send='"flag.clear"', unless="{another_open = true}",
         closes_for_child='["flag.set"]', when='{open_for_child = "flag.set"}'),
    rule("ask", '"worker"', on='["decided.screening.required"]', once='"event"', send='"rhi.request"',
         unless='{still_open = "rhi.request", carried_on = true}'),
    rule("give_up", '{told_by = ["ask"]}', on='["missing_again"]', once='"event"', send='"rhi.withdrawn"',
         when='{still_open = "rhi.request"}', closes='["rhi.request"]'),
    rule("tell_holder", '{asked_by = ["heard"]}', on='["opened"]'),
    rule("heard", '{named_as = "by"}', on='["reported"]', send='"task.create"', once='"event"'),
)  # fmt: skip


def told(tmp_path: Path, *lines: bytes) -> list[tuple[str, str | None, dict[str, Any]]]:
    """The type and incident of each message, with its data, of what that authority says."""
    folder = written(tmp_path, HEAD + TERMS + BODY + "".join(RULES))
    printed = asyncio.run(Simulation(folders=[folder]).run(lines, later(500)))
    read = [orjson.loads(line) for line in printed]
    ours = [m for m in read if m["data"]["kind"] != "doubtful_match"]
    return [(m["type"], m["data"]["incident"], m["data"]) for m in ours]


def away(hours: float, incident: str, **fields: Any) -> bytes:
    return missing(hours, incident, responsible_authority="testshire", **fields)


def screened(hours: float, incident: str) -> bytes:
    data = {"authority": "testshire", "incident": incident, "force": "XX", "rhi": "required"}
    return event("screening.decision", later(hours), data)


def by_worker(hours: float, **fields: Any) -> bytes:
    child = {"identifiers": [{"system": "compact", "value": "K-1"}]}
    told = {"authority": "testshire", "child": child, "by": {"role": "worker", "person": "sw7"}, **fields}
    return case("worker.missing_report", hours, **told)


def named(said: list[tuple[str, str | None, dict[str, Any]]], *types: str) -> list[tuple[str, str | None]]:
    return [(type_, incident) for type_, incident, _ in said if type_ in types]


LOOP = (away(0, "P-1"), found(5, "P-1"), screened(6, "P-1"), away(30, "P-2"), found(40, "P-2"), screened(41, "P-2"))


def test_an_interview_is_given_up_and_the_next_one_covers_both(tmp_path: Path) -> None:
    said = told(tmp_path, *LOOP, away(60, "P-3"), found(62, "P-3"), screened(63, "P-3"))
    loop = [("rhi.request", "P-1"), ("rhi.withdrawn", "P-1"), ("rhi.request", "P-2"), ("rhi.withdrawn", "P-2")]
    assert named(said, "rhi.request", "rhi.withdrawn") == [*loop, ("rhi.request", "P-3")]
    assert [d["incidents"] for type_, _, d in said if type_ == "rhi.request"] == [
        ["P-1"],
        ["P-1", "P-2"],
        ["P-1", "P-2", "P-3"],
    ]
    assert named(said, "case.contact.create", "notify.info") == [
        ("case.contact.create", "P-1"),
        ("notify.info", "P-2"),
        ("notify.info", "P-3"),
    ]
    assert [[r["person"] for r in d["to"]] for type_, _, d in said if type_ == "rhi.withdrawn"] == [[None], [None]]


def test_what_is_told_late_or_of_the_same_absence_gives_nothing_up(tmp_path: Path) -> None:
    said = told(tmp_path, *LOOP[:3], away(30, "P-2", reported_at=later(4.9)))
    assert named(said, "rhi.withdrawn", "case.contact.create", "exception.raise") == [
        ("case.contact.create", "P-1"),
        ("exception.raise", "P-2"),
    ]


def test_missing_again_at_the_very_return_is_a_further_time(tmp_path: Path) -> None:
    said = told(tmp_path, *LOOP[:3], away(30, "P-2", reported_at=later(5)))
    assert named(said, "rhi.withdrawn") == [("rhi.withdrawn", "P-1")]


def test_an_interview_may_be_asked_for_again_once_the_later_report_is_taken_back(tmp_path: Path) -> None:
    again = screened(50, "P-1")
    assert named(told(tmp_path, *LOOP[:4], again), "rhi.request") == [("rhi.request", "P-1")]
    later_ = tmp_path / "taken-back"
    later_.mkdir()
    said = told(later_, *LOOP[:4], police("retracted", 31, "P-2"), again, away(70, "P-4"), found(71, "P-4"),
                screened(72, "P-4"))  # fmt: skip
    assert named(said, "rhi.request") == [("rhi.request", "P-1"), ("rhi.request", "P-1"), ("rhi.request", "P-4")]
    assert [d["incidents"] for type_, _, d in said if type_ == "rhi.request"][-1] == ["P-1", "P-4"]


def test_a_correction_keeps_what_an_episode_carries_on(tmp_path: Path) -> None:
    said = told(tmp_path, *LOOP[:4], away(31, "P-2", circumstances="left by bus"), *LOOP[4:])
    assert [d["incidents"] for type_, _, d in said if type_ == "rhi.request"][-1] == ["P-1", "P-2"]


def test_one_note_for_a_child_who_is_missing_twice_over(tmp_path: Path) -> None:
    said = told(tmp_path, away(0, "P-1"), away(5, "P-2"), found(8, "P-1"), found(9, "P-2"), away(50, "P-3"))
    assert named(said, "flag.set", "flag.clear") == [("flag.set", "P-1"), ("flag.clear", "P-2"), ("flag.set", "P-3")]
    assert said[0][2]["starts_on"] == "2026-06-01"


def test_a_retraction_leaves_the_note_while_the_child_is_missing_otherwise(tmp_path: Path) -> None:
    said = told(tmp_path, away(0, "P-1"), away(5, "P-2"), police("retracted", 6, "P-1"), found(9, "P-2"))
    assert named(said, "flag.set", "flag.clear") == [("flag.set", "P-1"), ("flag.clear", "P-2")]
    alone = tmp_path / "alone"
    alone.mkdir()
    said = told(alone, away(0, "P-1"), police("retracted", 6, "P-1"))
    assert named(said, "flag.set", "flag.clear") == [("flag.set", "P-1"), ("flag.clear", "P-1")]


def test_a_report_by_somebody_else_is_heard_and_begins_nothing(tmp_path: Path) -> None:
    told_by_two = (by_worker(0), by_worker(1, incident="P-1", force="XX"))
    said = told(tmp_path, *told_by_two, away(2, "P-1"), by_worker(3), found(4, "P-1"), screened(5, "P-1"))
    assert named(said, "task.create", "case.contact.create", "rhi.request") == [
        ("task.create", None),
        ("task.create", None),
        ("case.contact.create", "P-1"),
        ("task.create", "P-1"),
        ("rhi.request", "P-1"),
    ]
    heard = [d["to"] for type_, _, d in said if type_ == "notify.info"]
    assert heard == [[{"role": "worker", "person": "sw7"}]]
    assert len({d["episode"] for _, incident, d in said if incident == "P-1"}) == 1


def test_missing_by_another_episode_and_missing_since_the_return() -> None:
    for start, since in ((4, False), (5, True), (6, True)):
        other = Course(ruled("known_missing = true"), case=Case(new_episode(id="other")))
        other.tell(missing_report(start))
        for condition, answered in (("another_open", True), ("missing_again_since", since)):
            course = Course(ruled(f"{condition} = true"), others=(other.case,))
            course.tell(missing_report())
            assert bool(course.tell(found_report(5))) is answered
        other.tell(found_report(9))
        for condition in ("another_open", "missing_again_since"):
            course = Course(ruled(f"{condition} = true"), others=(other.case,))
            course.tell(missing_report())
            assert not course.tell(found_report(5))


def test_whoever_was_asked_and_is_not_done() -> None:
    asks = rule("ask", '"worker"', on='["opened"]', send='"task.create"', kind='"look"')
    for role, answered in (("worker", [True, False]), ("desk", [False, False])):
        course = Course(ruled(f'asked = {{roles = "{role}", by = "task.create/look"}}', asks))
        done = TaskCompleted(origin=origin(after(1)), about=ABOUT, kind="look", at=after(1))
        said = [["asks" in [m.rule for m in course.tell(report)]] for report in (missing_report(), done)]
        assert said == [[each] for each in answered]
