"""How great the risk is said to be: grades, absence as the lowest of them, and ratings that a person has confirmed."""

from functools import partial

import pytest
from made_up_reports import decided, missing, status
from made_up_reports import told as after_reports
from small_packs import course, pack, rule

from episodes.episode import Terms
from episodes.reports import Report
from intake.vocabulary import unknown_word

ONE_CONTINUUM = Terms(absent="missing", rating="AMBER")


told = partial(after_reports, terms=ONE_CONTINUUM)


def test_absence_is_the_lowest_grade_of_a_missing_child() -> None:
    episode, _ = told(missing(classification="absent"))
    assert (episode.classification, episode.risk, episode.ever_missing) == ("missing", "absent", True)


@pytest.mark.parametrize(
    ("first", "then", "grade", "events"),
    [
        ({"classification": "absent"}, status("missing", 1), "ungraded", ["regraded.ungraded"]),
        ({"classification": "absent"}, status("missing", 1, risk="high"), "high", ["regraded.high"]),
        ({"classification": "absent"}, status("absent", 1), "absent", []),
        ({"risk": "medium"}, status("absent", 1), "absent", ["regraded.absent"]),
        ({"risk": "medium"}, status("missing", 1), "medium", []),
        ({"risk": "medium"}, missing(1, classification="absent"), "absent", ["corrected", "regraded.absent"]),
    ],
)
def test_a_new_class_is_a_new_grade(first: dict[str, str], then: Report, grade: str, events: list[str]) -> None:
    episode, said = told(missing(**first), then)
    assert (episode.risk, [e for e in said[-1] if e != "start_changed"]) == (grade, events)
    assert [line.status for line in episode.lines] == ["missing"]


def test_where_absent_is_a_class_it_is_no_grade() -> None:
    episode, said = told(missing(), status("absent", 1), terms=Terms())
    assert (episode.classification, episode.risk, said[-1]) == ("absent", None, ["classified.absent"])


def test_a_rating_is_a_new_grade_where_it_is_another_one() -> None:
    words = ("AMBER", "AMBER", "RED", "RED", "GREEN")
    _, said = told(missing(), *(decided("rag", word, n) for n, word in enumerate(words, 1)))
    assert ["regraded.rating" in events for events in said[1:]] == [False, False, True, False, True]


def test_a_rating_that_nobody_has_confirmed_is_none() -> None:
    episode, said = told(missing(), decided("rag_proposed", "RED"), decided("rag", "AMBER", 2))
    assert said[1:] == [["decided.rag_proposed.RED"], ["decided.rag.AMBER"]]
    assert episode.decided("rag") == episode.decisions[-1]


@pytest.mark.parametrize("kind", ["rag", "rag_proposed"])
def test_a_rating_is_a_word_that_every_pack_knows(kind: str) -> None:
    assert unknown_word(decided(kind, "RED"), pack()) is None
    assert unknown_word(decided("rating", "RED"), pack()) is not None


def test_an_update_carries_the_rating_that_stands() -> None:
    child = course(rule("update", on='["corrected", "decided.rag"]', once='"event"', send='"episode.update"'))
    said = child.tell(missing(), missing(1), decided("rag", "GREEN", 2), decided("rag_proposed", "RED", 3))
    assert [message.fields.get("rag") for message in said] == [None, "GREEN"]
