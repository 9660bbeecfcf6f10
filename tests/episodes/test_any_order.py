"""Whatever is told in whatever order and however often: `advance` always answers, and never with nonsense."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_reports import (
    ABOUT,
    NOON,
    WORKER,
    after,
    again,
    clock_set,
    decided,
    ended,
    meeting,
    missing,
    new_episode,
    origin,
    outcome,
    retracted,
    status,
)

from episodes.advance import advance
from episodes.episode import Episode, Terms
from episodes.events import Change
from episodes.identity import Whose, episode_of
from episodes.reports import (
    Acknowledged,
    DocumentUpdated,
    Found,
    Matched,
    Missing,
    RecordHeld,
    Report,
    Retracted,
    ServiceChanged,
    TaskCompleted,
    TimerDue,
)

hours = st.integers(-200, 200)
maybe_hours = st.none() | hours
revisions = st.none() | st.integers(1, 3)
by = st.none() | st.just(WORKER)
maybe_bool = st.none() | st.booleans()


def at(number: int | None) -> datetime | None:
    return None if number is None else after(number)


@st.composite
def missings(draw: Any) -> Missing:
    times = ("reported_at", "last_seen_at", "left_at", "found_at")
    return missing(
        draw(hours),
        classification=draw(st.sampled_from(["missing", "absent"])),
        revision=draw(revisions),
        risk=draw(st.sampled_from([None, "high", "low"])),
        by=draw(by),
        concerns=draw(st.sampled_from([(), ("cse",)])),
        **{name: at(draw(maybe_hours)) for name in times},
    )


@st.composite
def founds(draw: Any) -> Found:
    given_at, second = draw(hours), draw(maybe_hours)
    one, other = draw(st.permutations(["found_at", "returned_at"]))
    return Found(
        origin=origin(after(given_at)),
        about=ABOUT,
        contact_made=draw(st.booleans()),
        safe_and_well=draw(maybe_bool),
        revision=draw(revisions),
        by=draw(by),
        **{one: after(given_at), other: at(second)},
    )


facts = st.one_of(
    missings(),
    founds(),
    st.builds(status, st.sampled_from([None, "missing", "absent"]), hours, risk=st.sampled_from([None, "high", "low"])),
    st.builds(ended, hours),
    st.builds(retracted, hours),
    st.builds(clock_set, st.none() | hours.map(after)),
)
work: st.SearchStrategy[Report] = st.one_of(
    st.builds(outcome, st.sampled_from(["assigned", "offered", "completed", "refused"]), hours),
    st.builds(meeting, st.sampled_from(["mam", "review"]), hours),
    st.builds(decided, st.sampled_from(["rag", "threshold"]), st.sampled_from(["met", "RED"])),
    st.builds(lambda: ServiceChanged(origin=origin(), about=ABOUT, service="s", opened=True, at=NOON)),
    st.builds(lambda: DocumentUpdated(origin=origin(), about=ABOUT, kind="plan", at=NOON)),
    st.builds(lambda: TaskCompleted(origin=origin(), about=ABOUT, kind="call", at=NOON)),
    st.builds(lambda: Acknowledged(origin=origin(), about=ABOUT, by=WORKER)),
    st.builds(lambda: Matched(origin=origin(), about=ABOUT, by=WORKER)),
    st.builds(lambda: RecordHeld(origin=origin(), about=ABOUT)),
    st.builds(lambda: TimerDue(origin=origin(), about=ABOUT, rule="r")),
)
terms = st.builds(
    Terms,
    start=st.sampled_from([("reported_at",), ("last_seen_at", "left_at"), ("intake_notified_at",)]),
    found_by=st.sampled_from([("police", "worker"), ("police",), ("worker",)]),
    absent=st.sampled_from(["class", "missing"]),
    unsafe_ends=st.booleans(),
)


def sound(episode: Episode) -> None:
    """What holds of every episode, whatever was told."""
    assert episode.duration is None or episode.duration >= timedelta()
    assert not episode.back or episode.return_at is not None
    assert not episode.back or episode.state == "found"
    if episode.missing is not None:
        assert episode.start is not None
        assert episode.lines
        assert episode.lines[0].since == episode.start
    assert len(set(episode.references)) == len(episode.references)


@settings(max_examples=150, deadline=None)
@given(st.lists(facts | work, max_size=12), terms)
def test_any_reports_in_any_order_are_taken_in(reports: list[Report], words: Terms) -> None:
    episode, causes = new_episode(), set()
    for report in reports:
        if episode.state == "retracted":
            break  # no report is ever given to such an episode: see `episode_of` below
        before = episode
        causes.add(report.origin)
        episode, events = advance(episode, report, words)
        sound(episode)
        assert {event.report.origin for event in events} <= causes
        assert all(event.at.tzinfo is not None for event in events)
        assert (episode.state == before.state) or events


@settings(max_examples=150, deadline=None)
@given(st.lists(facts, min_size=1, max_size=8), terms)
def test_the_same_words_again_are_no_second_fact(reports: list[Report], words: Terms) -> None:
    episode = new_episode()
    for report in reports:
        if episode.state == "retracted":
            break
        episode, _ = advance(episode, report, words)
        same, events = advance(episode, report, words)
        assert same == episode
        # What cannot be true beside the rest is said each time; a place and a clock are told, not changed.
        assert {e.change for e in events} <= {Change.CONTRADICTION, Change.LOCATED, Change.CLOCK_OVERRIDE}


@settings(max_examples=100, deadline=None)
@given(st.lists(facts, max_size=6))
def test_a_retracted_episode_is_left_alone_and_its_reference_begins_another(reports: list[Report]) -> None:
    episode = new_episode()
    by_police = [r for r in reports if not (isinstance(r, Missing) and r.by)]  # what a worker has told stands
    for report in [missing(), *by_police, retracted(1)]:
        episode, _ = advance(episode, report, Terms())
    assert episode.state == "retracted"
    assert episode_of(missing(2), [episode], Terms()) is Whose.ITS_OWN
    assert episode_of(Retracted(origin=origin(), about=ABOUT), [episode], Terms()) is Whose.NONE


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, min_size=1, max_size=6), st.integers(1, 3))
def test_repeating_a_whole_course_of_reports_leaves_no_second_return(reports: list[Report], times: int) -> None:
    episode, returns = new_episode(), 0
    for report in [missing(), *reports]:
        for _ in range(times):
            episode, events = advance(episode, again(report), Terms())
            returns += sum(e.change is Change.FOUND for e in events) - sum(e.change is Change.REOPENED for e in events)
    assert returns <= 1
