"""From scores to an answer: who is certain, who is possible, and that one of a family is not taken for another."""

from datetime import date

from children import ROBIN, judged, other


def test_a_child_told_as_the_register_has_it_is_certain() -> None:
    found = judged(ROBIN, ROBIN)
    assert (found.outcome, found.ranked[0].id) == ("certain", "0")


def test_an_empty_register_and_a_stranger_are_none() -> None:
    assert judged(ROBIN).outcome == "none"
    stranger = other(forename="Edda", surname="Quill", date_of_birth=date(2015, 1, 2), addresses=())
    assert judged(ROBIN, stranger).outcome == "none"


def test_two_certain_candidates_are_a_question() -> None:
    found = judged(ROBIN, ROBIN, ROBIN)
    assert found.outcome == "possible"
    assert [r.id for r in found.ranked] == ["0", "1"]


def test_a_twin_alone_on_the_register_is_never_certain() -> None:
    assert judged(ROBIN, other(forename="Helena")).outcome != "certain"


def test_of_two_twins_the_one_named_is_certain() -> None:
    found = judged(ROBIN, other(forename="Helena"), ROBIN)
    assert (found.outcome, found.ranked[0].id) == ("certain", "1")


def test_a_namesake_in_the_family_with_another_birthday_is_never_certain() -> None:
    assert judged(ROBIN, other(date_of_birth=date(2005, 2, 14))).outcome != "certain"
