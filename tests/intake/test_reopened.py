"""A return that turned out not to be one, and a death that was an error: what they led to is undone, and what they had
ended is owed again."""

from typing import Any

import pytest
from made_up_reports import WORKER, after, found, missing, new_episode
from small_packs import BODY, Course, pack, rule

from episodes.advance import advance
from episodes.episode import Terms

RULES = (
    rule("told", on='["opened"]', send='"notify.missing"')
    + rule("meet", on='["opened"]', send='"meeting.request"', kind='"mam"', when="{still_missing = true}")
    + rule("meet_no_more", "", on='["found"]', send='"meeting.cancel"', withdraws='["meet"]')
    + rule("flagged", on='["opened"]', send='"flag.set"', when="{still_missing = true}")
    + rule("unflagged", on='["found"]', send='"flag.clear"', closes='["flagged"]')
    + rule(
        "alarm",
        send='"senior.alert"',
        kind='"alarm"',
        when="{still_missing = true}",
        at='{from = "start", within = "24h"}',
    )
    + rule("back", on='["found"]', send='"notify.found"')
    + rule("record", on='["found"]', send='"episode.found"')
    + rule("ask", send='"rhi.request"', when="{back = true}", due='{from = "return", within = "72h"}')
    + rule("tidy", on='["found"]', send='"task.create"', kind='"tidy"')
    + rule("dead", on='["found", "corrected"]', send='"senior.alert"', kind='"dead"', when='{end_reason = "Deceased"}')
)


def course() -> Course:
    return Course(pack(RULES, body=BODY.replace("end_reasons = [", 'end_reasons = ["Deceased", ')))


def located(hours: float, **fields: Any) -> Any:
    return found(hours, contact_made=False, **fields)


def test_what_the_return_led_to_is_withdrawn_and_what_it_ended_is_owed_again() -> None:
    told = course()
    told.tell(missing())
    told.tell(found(5))
    said = told.tell(located(6))
    assert [(m.type, m.kind) for m in said] == [
        ("rhi.withdrawn", None),
        ("task.cancel", "tidy"),
        ("episode.update", "reopened"),
        ("notify.info", "corrected"),
        ("meeting.request", "mam"),
        ("flag.set", None),
    ]
    assert told.case.episode.state == "open"
    assert [timer.rule for timer in told.case.timers] == ["alarm"]
    again = [m.type for m in told.tell(found(30))]
    assert again == ["meeting.cancel", "flag.clear", "notify.found", "episode.found", "rhi.request", "task.create"]


def test_an_alert_whose_time_has_passed_meanwhile_is_given_at_once() -> None:
    told = course()
    told.tell(missing())
    told.tell(found(5))
    late = [m for m in told.tell(located(40)) if m.rule == "alarm"]
    assert [m.late_on_arrival for m in late] == [True]


@pytest.mark.parametrize(
    ("fields", "state"),
    [({"by": WORKER}, "found"), ({"revision": 1}, "found"), ({"revision": 3}, "open"), ({}, "open")],
    ids=["another sender", "an older revision", "a newer one", "none"],
)
def test_only_the_sender_of_a_return_says_that_it_was_none(fields: dict[str, Any], state: str) -> None:
    episode = new_episode()
    for report in (missing(), found(5, revision=2), located(6, **fields)):
        episode, _ = advance(episode, report, Terms())
    assert episode.state == state


def test_a_check_that_was_not_done_reopens_where_the_terms_ask_for_it() -> None:
    for unsafe_ends, state in ((True, "found"), (False, "open")):
        episode = new_episode()
        for report in (missing(), found(5), found(5, safe_and_well=False)):
            episode, _ = advance(episode, report, Terms(unsafe_ends=unsafe_ends))
        assert episode.state == state


def test_a_death_counts_from_any_sender_and_ends_the_interview() -> None:
    told = course()
    told.tell(missing())
    told.tell(found(5, by=WORKER))
    said = told.tell(found(5, end_reason="Deceased"))
    assert [(m.type, m.clauses[0]) for m in said] == [("senior.alert", "T-1"), ("rhi.withdrawn", "AMB-207")]
    assert [m.type for m in told.tell(found(6, by=WORKER))] == []
    assert not any(p.open and p.type == "rhi.request" for p in told.case.promises)


def test_a_death_ends_the_episode_whoever_may_end_it() -> None:
    episode, _ = advance(new_episode(), missing(), Terms(found_by=("police",)))
    episode, events = advance(episode, found(5, by=WORKER, end_reason="deceased"), Terms(found_by=("police",)))
    assert (episode.state, [e.name for e in events]) == ("found", ["found"])


@pytest.mark.parametrize("by", [None, WORKER])
def test_a_death_that_was_an_error_gives_the_interview_back(by: Any) -> None:
    told = course()
    told.tell(missing())
    told.tell(found(5))
    told.tell(found(5, end_reason="Deceased", by=by))
    said = told.tell(found(5, end_reason="came home", by=by))
    assert [(m.type, m.kind) for m in said] == [("notify.info", "corrected"), ("rhi.request", None)]
    assert said[0].clauses == ("AMB-178",)
    assert said[1].due == after(5 + 72)
