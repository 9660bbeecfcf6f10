"""One episode at a time: a report that meets an open one waits, and opens its own once nothing stands in its way."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from made_up_reports import ABOUT, after, found, missing, new_episode, origin, retracted, status
from small_packs import BODY, HEAD, Course, pack, rule, written
from wire_messages import found as found_message
from wire_messages import later, police
from wire_messages import missing as missing_message

from episodes.advance import advance
from episodes.episode import Episode, Terms
from episodes.events import Change
from episodes.reports import TaskCompleted
from episodes.waiting import next_to_open, released, waiting_where_blocked
from homeward.simulation import Simulation
from routing.case import Case

TERMS = Terms(second="waits")


def waiting(*reports: Any) -> Episode:
    """The second episode of a child whose first is open, after these reports about it."""
    episode = new_episode()
    for report in reports:
        blocked = waiting_where_blocked(episode, report, [new_episode(state="open")], TERMS)
        episode, _ = advance(blocked, report, TERMS)
    return episode


def test_only_a_first_missing_report_waits_and_only_for_an_open_episode() -> None:
    still, done = new_episode(state="open"), new_episode(state="found")
    assert waiting_where_blocked(new_episode(), missing(), [still], TERMS).state == "waiting"
    assert waiting_where_blocked(new_episode(), missing(), [done], TERMS).state == "new"
    assert waiting_where_blocked(new_episode(), missing(), [still], Terms()).state == "new"
    assert waiting_where_blocked(new_episode(), found(1), [still], TERMS).state == "new"
    known = new_episode(state="found", missing=missing())
    assert waiting_where_blocked(known, missing(), [still], TERMS).state == "found"


def test_it_keeps_its_own_start_and_says_that_it_waits() -> None:
    blocked = waiting_where_blocked(new_episode(), missing(), [new_episode(state="open")], TERMS)
    episode, events = advance(blocked, missing(reported_at=after(-3)), TERMS)
    assert ([e.change for e in events], episode.start, episode.counts) == ([Change.WAITS], after(-3), False)
    way = found(5)
    opened, events = released(episode, way, TERMS)
    assert (opened.state, opened.start, opened.counts) == ("open", after(-3), True)
    assert [(e.change, e.report, e.at) for e in events] == [(Change.OPENED, way, after(5))]


def test_what_is_told_meanwhile_is_kept_and_opens_nothing() -> None:
    episode = waiting(missing(), missing(reported_at=after(-1)), status("absent", 2), found(3), found(4))
    assert (episode.state, episode.start, episode.classification) == ("waiting", after(-1), "absent")
    opened, events = released(episode, found(5), TERMS)
    assert ([str(e.change) for e in events], opened.state, opened.return_at) == (["opened", "found"], "found", after(4))
    assert waiting(missing(), retracted(2)).state == "retracted"
    assert waiting(found(1), missing()).state == "waiting"


def test_they_open_oldest_first_and_one_at_a_time() -> None:
    first, second = (new_episode(id=i, state="waiting", opened_at=after(h)) for i, h in (("e-2", 1), ("e-3", 2)))
    assert next_to_open([second, first]) is first
    assert next_to_open([second, first, new_episode(state="open")]) is None
    assert next_to_open([new_episode(state="found")]) is None


RULES = (
    rule("conflict", on='["waits"]', send='"exception.raise"', kind='"episode_conflict"')
    + rule("mend", on='["waits"]', send='"task.create"', kind='"mend"', due='{from = "receipt", within = "1h"}')
    + rule("open", on='["opened"]', send='"episode.open"')
    + rule("corrected", on='["corrected", "start_changed"]', once='"event"')
    + rule("always", send='"notify.missing"')
    + rule("late", send='"senior.alert"', when="{known_missing = true}", at='{from = "start", within = "2h"}')
)


def course(tmp_path: Path, *lines: bytes, until: float) -> list[tuple[str, str, str]]:
    """What is said at an authority of one episode at a time: type, incident, instant."""
    folder = written(tmp_path, HEAD + '[terms]\nsecond = "waits"\n' + BODY + RULES)
    told = [orjson.loads(line) for line in asyncio.run(Simulation(folders=[folder]).run(lines, later(until)))]
    return [(m["type"], m["data"]["incident"], m["time"][11:16]) for m in told]


def of(incident: str, hours: float) -> bytes:
    return missing_message(hours, incident, responsible_authority="testshire")


def test_the_whole_hub_holds_it_back_until_the_old_one_is_found(tmp_path: Path) -> None:
    twice = of("P-2", 10.5)
    back = found_message(11, "P-1", returned_at=later(9))
    told = course(tmp_path, of("P-1", 0), of("P-2", 10), twice, back, until=11)
    assert [t for t in told if t[0] != "exception.raise" or t[1] == "P-2"][3:] == [
        ("exception.raise", "P-2", "22:00"),
        ("task.create", "P-2", "22:00"),
        ("episode.open", "P-2", "23:00"),
        ("notify.missing", "P-2", "23:00"),
    ]


@pytest.mark.parametrize("first", ["found", "retracted"])
def test_the_next_one_waits_for_the_one_before(tmp_path: Path, first: str) -> None:
    back = found_message(4, "P-1", returned_at=later(0.5))
    way = back if first == "found" else police("retracted", 4, "P-1")
    next_way = found_message(5, "P-2", returned_at=later(1.2))
    told = course(tmp_path, of("P-1", 0), of("P-2", 1), of("P-3", 1.5), way, next_way, until=5)
    assert [t for t in told if t[0] == "episode.open"] == [
        ("episode.open", "P-1", "12:00"),
        ("episode.open", "P-2", "16:00"),
        ("episode.open", "P-3", "17:00"),
    ]


def test_what_waits_and_began_before_the_return_is_the_same_absence(tmp_path: Path) -> None:
    after_it = missing_message(3, "P-3", responsible_authority="testshire", reported_at=later(4.5))
    told = course(tmp_path, of("P-1", 0), of("P-2", 1), after_it, found_message(4, "P-2"), until=5)
    assert [t for t in told if t[0] in ("episode.open", "task.cancel")] == [
        ("episode.open", "P-1", "12:00"),
        ("task.cancel", "P-2", "16:00"),
        ("episode.open", "P-3", "16:00"),
    ]


def test_a_task_of_the_waiting_report_can_be_done_and_no_clock_runs_for_it() -> None:
    child = Course(pack(RULES), case=Case(new_episode(state="waiting")))
    assert [m.rule for m in child.tell(missing())] == ["conflict", "mend"]
    assert child.tell(missing(reported_at=after(-1)), found(2)) == []
    done = TaskCompleted(origin=origin(after(3)), about=ABOUT, kind="mend", at=after(3))
    assert child.tell(done) == []
    assert ([p.open for p in child.case.promises], child.case.timers) == ([True, False], ())
