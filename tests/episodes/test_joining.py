"""Several senders speak of one episode (AMB-90): what joins it, and what they say together."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from made_up_reports import ABOUT, NOON, WORKER, after, missing, new_episode, origin, status

from episodes.advance import advance
from episodes.episode import Episode, Reference, Terms
from episodes.identity import Whose, episode_of
from episodes.reports import About, Actor, Found, Missing, Report, Retracted

JOINS = Terms(second="joins", same_within=timedelta(hours=24))
ELSEWHERE = replace(ABOUT, force="YY", incident="P-2")
NAMELESS = About(authority="testshire", identifiers=ABOUT.identifiers)


def by_worker(hours: float = 0, **fields: Any) -> Missing:
    told = {"by": WORKER, "about": NAMELESS, "classification": None, "reported_at": None, **fields}
    return missing(hours, **told)


def back(hours: float, about: About = NAMELESS, by: Actor | None = None) -> Found:
    return Found(origin=origin(after(hours)), about=about, found_at=after(hours), by=by)


def told(*reports: Report, terms: Terms = JOINS) -> tuple[list[Episode], list[list[str]]]:
    """The child's episodes after the reports, each placed as the hub places it, and what each report brought."""
    episodes: list[Episode] = []
    events: list[list[str]] = []
    for report in reports:
        whose = episode_of(report, episodes, terms)
        if whose is Whose.NONE:
            events.append(["waits"])
            continue
        if not isinstance(whose, Episode):
            whose = new_episode(id=f"e-{len(episodes)}", opened_at=report.origin.at)
            episodes.append(whose)
        after_it, brought = advance(whose, report, terms)
        episodes[episodes.index(whose)] = after_it
        events.append([event.name for event in brought])
    return episodes, events


def test_the_report_of_a_worker_and_that_of_the_police_are_one_episode() -> None:
    (episode,), events = told(by_worker(), missing(300, risk="high"))
    assert events == [["opened"], ["joined.police", "corrected", "regraded.high", "start_changed"]]
    assert (episode.start, episode.references) == (after(300), (Reference("XX", "P-1"),))
    (episode,), events = told(missing(), by_worker(300, concerns=("gangs",)))
    assert events[1] == ["joined.worker", "corrected"]
    assert episode.start == NOON


def test_the_time_of_a_worker_counts_as_long_as_the_police_name_none() -> None:
    (episode,), _ = told(by_worker(1, reported_at=after(-1)))
    assert episode.start == after(-1)
    (episode,), _ = told(missing(), by_worker(1, reported_at=after(-1)))
    assert episode.start == NOON


def test_a_second_police_reference_is_added_to_the_open_episode_and_moves_no_clock() -> None:
    first = missing(concerns=("gangs",), risk="low")
    (episode,), events = told(first, missing(50, about=ELSEWHERE, risk="high"))
    assert events[1] == ["joined.police", "corrected", "regraded.high"]
    assert episode.references == (Reference("XX", "P-1"), Reference("YY", "P-2"))
    assert episode.missing is not None
    assert (episode.start, episode.missing.concerns) == (NOON, ("gangs",))


def test_a_correction_changes_what_its_own_sender_said() -> None:
    second = missing(50, about=ELSEWHERE, concerns=("gangs",), revision=1)
    (episode,), events = told(missing(revision=3), second, missing(51, reported_at=after(-2), revision=4))
    assert events[2] == ["corrected", "start_changed"]
    assert episode.start == after(-2)
    assert episode.missing is not None
    assert episode.missing.concerns == ("gangs",)
    assert told(missing(revision=3), second, missing(51, risk="high", revision=2))[1][2] == []


def test_two_workers_say_more_than_one_and_each_again_says_nothing() -> None:
    teacher = by_worker(1, by=Actor("teacher"), concerns=("cse",))
    (episode,), events = told(by_worker(), teacher, by_worker(2))
    assert events == [["opened"], ["joined.worker", "corrected"], []]
    assert episode.missing is not None
    assert episode.missing.concerns == ("cse",)


def test_what_the_second_calls_it_is_a_change_not_a_correction_and_silence_is_neither() -> None:
    (episode,), events = told(by_worker(), missing(1, classification="absent"))
    assert [line.status for line in episode.lines] == ["missing", "absent"]
    assert events[1] == ["joined.police", "corrected", "classified.absent", "start_changed"]
    (episode,), events = told(missing(classification="absent"), by_worker(1))
    assert (episode.classification, events[1]) == ("absent", ["joined.worker"])


@pytest.mark.parametrize(
    ("hours", "count"), [(24, 1), (30.001, 2), (-24, 1), (-24.001, 2)], ids=["24 h", "after", "24 h before", "before"]
)
def test_after_the_return_the_other_kind_of_report_joins_within_a_day(hours: float, count: int) -> None:
    reported = by_worker(40, reported_at=after(hours))
    assert len(told(missing(), back(30, ABOUT), reported)[0]) == count


def test_a_report_of_what_began_after_the_return_is_another_episode() -> None:
    assert len(told(missing(), back(3, ABOUT), by_worker(4, reported_at=after(3.001)))[0]) == 2
    assert len(told(missing(), back(3, ABOUT), by_worker(4, reported_at=after(3)))[0]) == 1


@pytest.mark.parametrize("second", ["joins", "waits", "separate"])
@pytest.mark.parametrize(("hours", "count"), [(0, 1), (1, 1), (3, 2), (-0.001, 2)])
def test_what_began_within_an_absence_that_is_over_is_that_absence(hours: float, count: int, second: Any) -> None:
    reported = missing(4, about=ELSEWHERE, reported_at=after(hours))
    assert len(told(missing(), back(3, ABOUT), reported, terms=Terms(second=second))[0]) == count


@pytest.mark.parametrize(("hours", "count"), [(3.001, 2), (3, 1), (-9, 1), (0, 1)])
def test_a_reference_used_again_for_what_began_after_the_return_is_another_absence(hours: float, count: int) -> None:
    episodes, events = told(missing(), back(3, ABOUT), missing(9, reported_at=after(hours)), terms=Terms())
    assert len(episodes) == count
    assert events[2] == (["opened"] if count == 2 else events[2])
    told_again = told(missing(), back(3, ABOUT), missing(9, reported_at=after(5)), missing(9, reported_at=after(5)))
    assert told_again[1][3] == []
    corrected = told(missing(reported_at=after(5)), back(3, ABOUT), missing(9, reported_at=after(5)))
    assert corrected[1][2] == []


def test_of_two_absences_under_one_reference_a_report_means_the_one_that_had_begun() -> None:
    episodes, _ = told(missing(), back(3, ABOUT), missing(9, reported_at=after(5)), back(2, ABOUT), back(8, ABOUT))
    assert [episode.return_at for episode in episodes] == [after(2), after(8)]


@pytest.mark.parametrize("second", ["joins", "waits", "separate"])
def test_a_worker_and_the_police_tell_of_one_absence(second: Any) -> None:
    assert len(told(by_worker(), missing(2), terms=Terms(second=second))[0]) == 1
    assert len(told(missing(), by_worker(2), terms=Terms(second=second))[0]) == 1


@pytest.mark.parametrize(("second", "count"), [("joins", 1), ("waits", 2), ("separate", 2)])
def test_what_two_police_references_are_is_a_term(second: Any, count: int) -> None:
    assert len(told(missing(), missing(5, about=ELSEWHERE), terms=Terms(second=second))[0]) == count


def test_a_return_that_nobody_is_missing_for_waits() -> None:
    assert told(back(3, by=WORKER)) == ([], [["waits"]])
    assert told(missing(), back(3, ABOUT), back(99, by=WORKER))[1][2] == ["waits"]
    assert told(missing(5), back(3, ELSEWHERE))[1][1] == ["waits"]


def test_the_police_find_a_child_whom_only_workers_have_reported() -> None:
    (episode,), events = told(by_worker(), back(3, ABOUT), missing(4, reported_at=after(1)))
    assert events == [["opened"], ["found"], ["joined.police", "corrected", "start_changed"]]
    assert episode.references == (Reference("XX", "P-1"),)
    assert told(by_worker(), back(-1, ABOUT))[1][1] == ["waits"]


@pytest.mark.parametrize("second", ["joins", "waits", "separate"])
@pytest.mark.parametrize("by", [None, WORKER])
def test_a_return_under_another_reference_ends_what_is_open(second: Any, by: Any) -> None:
    (episode,), events = told(missing(), back(3, ELSEWHERE, by), terms=Terms(second=second))
    assert (episode.return_at, events[1]) == (after(3), ["found"])
    own = Terms(second=second, found_ends="own")
    assert told(missing(), back(3, ELSEWHERE), terms=own)[1][1] == ["waits"]


@pytest.mark.parametrize(("hours", "waits"), [(27, False), (27.001, True)], ids=["24 h", "over"])
def test_the_police_find_a_child_whom_a_worker_has_seen_back_already(hours: float, waits: bool) -> None:
    seen = back(3, by=WORKER)
    (episode,), events = told(by_worker(), seen, back(hours, ABOUT), missing(40, reported_at=after(1)))
    assert episode.return_at == after(3)
    assert events[2] == (["waits"] if waits else [])
    assert told(missing(), back(3, ABOUT), back(4, ELSEWHERE))[1][2] == ["waits"]


def test_what_one_sender_takes_back_the_others_still_say() -> None:
    second = missing(5, about=ELSEWHERE, concerns=("gangs",), reported_at=after(-3))
    wrong = Retracted(origin=origin(after(6)), about=ELSEWHERE, reason="wrong child")
    (episode,), events = told(missing(), second, wrong)
    assert events[2] == ["corrected", "start_changed"]
    assert episode.missing is not None
    assert (episode.state, episode.start, episode.missing.concerns) == ("open", NOON, ())
    assert episode.references == (Reference("XX", "P-1"),)
    (episode,), events = told(by_worker(), missing(1), replace(wrong, about=ABOUT))
    assert (episode.state, episode.references) == ("open", ())
    assert told(missing(), replace(wrong, about=ABOUT))[1][1] == ["retracted"]


def test_that_somebody_knows_where_the_child_is_is_told_once() -> None:
    (episode,), events = told(missing(), missing(location_known=True), missing(location_known=True))
    assert (episode.location_known, events[1:]) == (True, [["corrected", "whereabouts.known"], []])
    (episode,), events = told(missing(location_known=True), status(None, 1, location_known=False), by_worker(2))
    assert (episode.location_known, events[1:]) == (False, [["whereabouts.unknown"], ["joined.worker"]])
