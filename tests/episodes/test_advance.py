"""What a report makes of an episode, in sentences: pairing, repetition, revision, correction, retraction."""

from datetime import timedelta

import pytest
from made_up_reports import (
    ABOUT,
    NOON,
    TERMS,
    WORKER,
    after,
    again,
    clock_set,
    decided,
    ended,
    found,
    meeting,
    missing,
    origin,
    outcome,
    retracted,
    status,
    told,
)

from episodes.advance import advance
from episodes.episode import Line, Reference, Terms
from episodes.reports import About, Missing


def test_a_missing_report_opens_the_episode_at_the_time_of_the_report_to_the_police() -> None:
    episode, events = told(missing(risk="high"))
    assert events == [["opened"]]
    assert (episode.state, episode.start, episode.risk) == ("open", NOON, "high")
    assert episode.lines == (Line("missing", NOON),)
    assert episode.references == (Reference("XX", "P-1"),)


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        (("reported_at",), after(-1)),
        (("last_seen_at", "left_at"), after(-2)),
        (("intake_notified_at",), NOON),
    ],
    ids=["the one that is named", "the latest of those given", "none is given: the report to the police, else receipt"],
)
def test_the_start_is_what_the_terms_say(fields: tuple[str, ...], start: object) -> None:
    report = missing(reported_at=after(-1), last_seen_at=after(-3), left_at=after(-2))
    episode, _ = told(report, terms=Terms(start=fields))
    assert episode.start == (start if fields != ("intake_notified_at",) else after(-1))


def test_without_any_time_the_clock_starts_with_the_receipt() -> None:
    episode, _ = told(missing(reported_at=None))
    assert episode.start == NOON


def test_found_ends_the_absence() -> None:
    episode, events = told(missing(), found(30))
    assert events[1] == ["found"]
    assert (episode.state, episode.duration, episode.return_at) == ("found", timedelta(hours=30), after(30))


def test_an_interview_or_a_meeting_that_is_told_twice_is_one_and_a_decision_is_taken_anew() -> None:
    held = (outcome("completed", 40), meeting("mam", 50), decided("rag", "RED"))
    episode, events = told(missing(), found(30), *held, *(again(report, 1) for report in held))
    assert events[5:] == [[], [], ["decided.rag.RED"]]
    assert (len(episode.outcomes), len(episode.meetings), len(episode.decisions)) == (1, 1, 2)
    _, events = told(missing(), found(30), outcome("completed", 40), outcome("completed", 40, intelligence="a van"))
    assert events[3] == ["interview.completed"]


def test_another_end_reason_for_the_same_return_is_a_correction() -> None:
    _, events = told(missing(), found(2, end_reason="walked in"), found(2), found(2, end_reason="was brought"))
    assert events[1:] == [["found"], [], ["corrected.found"]]


def test_a_second_found_is_the_same_fact() -> None:
    once, _ = told(missing(), first := found(30))
    twice, events = advance(once, again(first, 1), TERMS)
    assert events == ()
    assert twice.duration == once.duration


def test_found_by_another_kind_of_sender_is_the_same_fact() -> None:
    episode, events = told(missing(), found(30), found(29, by=WORKER))
    assert events[2] == []
    assert episode.return_at == after(30)


def test_found_with_another_time_by_the_same_kind_of_sender_corrects_the_return() -> None:
    episode, events = told(missing(), found(30), found(31))
    assert events[2] == ["return_changed.end"]
    assert episode.duration == timedelta(hours=31)


def test_an_older_revision_of_found_does_not_correct_a_newer_one() -> None:
    episode, events = told(missing(), found(30, revision=2), found(29, revision=1))
    assert events[2] == []
    assert episode.return_at == after(30)


def test_a_return_of_nobody_reported_missing_is_a_contradiction() -> None:
    episode, events = told(found(30))
    assert (events, episode.state) == ([["contradiction.no_episode"]], "new")


def test_a_missing_report_may_tell_of_the_return_itself() -> None:
    episode, events = told(missing(found_at=after(5)))
    assert events == [["opened", "found"]]
    assert episode.duration == timedelta(hours=5)


def test_a_return_before_the_start_lasts_no_time_and_is_told_as_a_contradiction() -> None:
    episode, events = told(missing(), found(-3))
    assert events[1] == ["found", "contradiction.return_before_start"]
    assert episode.duration == timedelta()


def test_located_is_not_found() -> None:
    episode, events = told(missing(), found(3, contact_made=False))
    assert events[1] == ["located"]
    assert episode.still_missing
    assert episode.located is not None


def test_a_return_without_the_police_check_ends_nothing_where_the_terms_say_so() -> None:
    unsafe = found(3, safe_and_well=False)
    assert told(missing(), unsafe)[1][1] == ["found"]
    assert told(missing(), unsafe, terms=Terms(unsafe_ends=False))[1][1] == ["located"]


def test_found_by_somebody_whose_word_does_not_count_is_a_contradiction() -> None:
    episode, events = told(missing(), found(3, by=WORKER), terms=Terms(found_by=("police",)))
    assert events[1] == ["contradiction.found_by_other"]
    assert episode.still_missing


def test_the_same_missing_report_again_changes_nothing() -> None:
    once, _ = told(first := missing())
    twice, events = advance(once, again(first), TERMS)
    assert events == ()
    assert (twice.start, twice.lines, twice.state) == (once.start, once.lines, once.state)


def test_a_correction_of_the_start_moves_the_clock() -> None:
    episode, events = told(missing(), missing(2))
    assert events[1] == ["corrected", "start_changed"]
    assert (episode.start, episode.lines) == (after(2), (Line("missing", after(2)),))


@pytest.mark.parametrize(
    ("held", "new", "counts"),
    [(2, 1, False), (2, 2, True), (1, 2, True), (None, 1, True), (2, None, True), (None, None, True)],
)
def test_of_two_revisions_the_higher_counts_and_without_one_the_later_received(
    held: int | None, new: int | None, counts: bool
) -> None:
    episode, events = told(missing(revision=held), missing(2, revision=new))
    assert (episode.start == after(2)) is counts
    assert bool(events[1]) is counts


def test_a_corrected_classification_rewrites_the_line_and_a_change_adds_one() -> None:
    corrected, events = told(missing(classification="absent"), missing(classification="missing"))
    assert "classified.missing" in events[1]
    assert corrected.lines == (Line("missing", NOON),)
    changed, events = told(missing(classification="absent"), status("missing", 4))
    assert events[1] == ["classified.missing"]
    assert changed.lines == (Line("absent", NOON), Line("missing", after(4)))


def test_absent_is_a_class_or_a_missing_child_as_the_terms_say() -> None:
    report = missing(classification="absent")
    assert not told(report)[0].ever_missing
    assert told(report, terms=Terms(absent="missing"))[0].ever_missing


def test_risk_is_graded_anew_only_where_it_is_another() -> None:
    episode, events = told(missing(risk="low"), status(None, 1, risk="low"), status(None, 2, risk="high"))
    assert events[1:] == [[], ["regraded.high"]]
    assert episode.risk == "high"


def test_a_status_without_an_episode_is_a_contradiction() -> None:
    assert told(status("missing", 1))[1] == [["contradiction.no_episode"]]


def test_a_worker_fills_up_what_the_police_leave_open_and_takes_nothing_away() -> None:
    police = missing(risk="high", last_seen_at=after(-2))
    worker = Missing(origin=origin(after(1)), about=About(authority="testshire"), by=WORKER, concerns=("cse",))
    episode, events = told(police, worker)
    assert events[1] == ["joined.worker", "corrected"]
    assert episode.missing is not None
    assert (episode.missing.concerns, episode.missing.risk, episode.missing.about) == (("cse",), "high", ABOUT)
    assert (episode.start, episode.missing.by) == (NOON, None)


def test_the_end_of_an_investigation_is_no_return() -> None:
    episode, events = told(missing(), ended(40), ended(40))
    assert events[1:] == [["ended"], []]
    assert not episode.back
    assert told(missing(), ended(40), found(50))[1][2] == ["found"]


def test_an_investigation_cannot_end_after_the_return() -> None:
    assert told(missing(), found(3), ended(4))[1][2] == ["contradiction.ended_but_not_open"]


def test_a_retraction_is_told_once_and_the_episode_counts_no_more() -> None:
    episode, events = told(missing(), retracted(1), retracted(2))
    assert events[1:] == [["retracted"], []]
    assert not episode.counts


def test_a_person_sets_the_clock_and_a_correction_does_not_move_it() -> None:
    episode, events = told(missing(), clock_set(after(-5)), missing(2))
    assert events[1:] == [["clock_override", "start_changed"], ["corrected"]]
    assert episode.start == after(-5)
    back, events = told(missing(), clock_set(after(-5)), clock_set(None))
    assert back.start == NOON
    assert events[2] == ["clock_override", "start_changed"]


def test_a_clock_that_is_set_before_the_missing_report_counts() -> None:
    assert told(clock_set(after(-5)), missing())[0].start == after(-5)


def test_what_practitioners_report_is_written_down_and_named_by_its_words() -> None:
    reports = (decided("rag", "RED"), outcome("completed", 40), meeting("mam", 50, also_counts_as=("strategy",)))
    episode, events = told(missing(), found(30), *reports)
    assert events[2:] == [["decided.rag.RED"], ["interview.completed"], ["meeting.mam", "meeting.strategy"]]
    assert (len(episode.decisions), len(episode.outcomes), len(episode.meetings)) == (1, 1, 1)
