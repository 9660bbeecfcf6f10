"""From scores to an answer: who is certain, who is possible, and that one of a family is not taken for another."""

from dataclasses import replace
from datetime import date

import pytest
from children import HOME, ROBIN, judged, other
from hypothesis import given
from hypothesis import strategies as st

from enrichment.matching import Address, Described, prepare, score, shipped_model
from enrichment.matching.judging import Ranked, judge_match

ELSEWHERE = (Address("3 Mill Lane", "QX9 8XY"),)


def test_a_child_told_as_the_register_has_it_is_certain() -> None:
    found = judged(ROBIN, ROBIN)
    assert (found.outcome, found.ranked[0].id) == ("certain", "0")


@pytest.mark.parametrize(
    "changes",
    [
        {"forename": "Robnia"},
        {"surname": "Ashdwon"},
        {"forename": "Ashdown", "surname": "Robina"},
        {"surname": "Quill-Ashdown"},
        {"date_of_birth": date(2011, 9, 28)},
        {"date_of_birth": None},
        {"addresses": ()},
        {"gender": "male"},
        {"gender": None, "addresses": (Address("12 Larch Rd"),)},
    ],
)
def test_one_slip_leaves_her_certain(changes: dict[str, object]) -> None:
    assert judged(other(**changes), ROBIN).outcome == "certain"


def test_an_empty_register_and_a_stranger_are_none() -> None:
    assert judged(ROBIN).outcome == "none"
    stranger = other(forename="Edda", surname="Quill", date_of_birth=date(2015, 1, 2), addresses=())
    assert judged(ROBIN, stranger).outcome == "none"


def test_names_alone_are_possible_at_most_however_rare() -> None:
    told = Described(forename="Robina", surname="Ashdown", gender="girl")
    assert judged(told, ROBIN).outcome == "possible"
    assert judged(replace(told, addresses=(HOME,)), ROBIN).outcome == "certain"
    assert judged(replace(told, date_of_birth=ROBIN.date_of_birth), ROBIN).outcome == "certain"


def test_two_certain_candidates_are_a_question_in_a_steady_order() -> None:
    found = judged(ROBIN, ROBIN, ROBIN)
    assert found.outcome == "possible"
    assert [r.id for r in found.ranked] == ["0", "1"]


def test_somebody_who_comes_near_makes_it_a_question() -> None:
    model, own = shipped_model(), score(prepare(ROBIN), prepare(ROBIN), shipped_model())
    near = own._replace(weight=own.weight - model.lead + 0.1)
    far = own._replace(weight=own.weight - model.lead, compared=own.compared._replace(forename="different"))
    assert judge_match([Ranked("a", own), Ranked("b", near)], model).outcome == "possible"
    assert judge_match([Ranked("a", own), Ranked("b", far)], model).outcome == "certain"


def test_the_threshold_of_certainty_is_met_from_above() -> None:
    own = score(prepare(ROBIN), prepare(ROBIN), shipped_model())
    model = replace(shipped_model(), certain=0.9)
    assert judge_match([Ranked("a", own._replace(probability=0.9))], model).outcome == "certain"
    assert judge_match([Ranked("a", own._replace(probability=0.899))], model).outcome == "possible"
    assert judge_match([Ranked("a", own._replace(probability=model.possible - 0.001))], model).outcome == "none"


def test_no_more_candidates_than_somebody_can_look_at() -> None:
    assert len(judged(ROBIN, *[ROBIN] * 40).ranked) == shipped_model().most


@pytest.mark.parametrize("forename", ["Helena", "Helena James", "Edda", "Martha", "R"])
def test_a_twin_alone_on_the_register_is_never_certain(forename: str) -> None:
    assert judged(ROBIN, other(forename=forename)).outcome != "certain"


def test_twins_of_names_a_letter_apart_are_told_apart_or_asked_about() -> None:
    jayden, kayden = other(forename="Jayden"), other(forename="Kayden")
    assert judged(jayden, kayden).outcome != "certain"
    both = judged(jayden, kayden, jayden)
    assert both.ranked[0].id == "1"


def test_brothers_who_share_a_part_of_their_names_are_not_taken_for_each_other() -> None:
    assert judged(other(forename="Muhammad Ali"), other(forename="Muhammad Omar")).outcome != "certain"


def test_of_two_twins_the_one_named_is_certain() -> None:
    found = judged(ROBIN, other(forename="Helena"), ROBIN)
    assert (found.outcome, found.ranked[0].id) == ("certain", "1")


@pytest.mark.parametrize("born", [date(2005, 2, 14), date(1984, 9, 2), date(2014, 12, 30)])
def test_a_namesake_in_the_family_with_another_birthday_is_never_certain(born: date) -> None:
    assert judged(ROBIN, other(date_of_birth=born)).outcome != "certain"


def test_a_child_told_without_a_forename_is_never_certain() -> None:
    assert judged(other(forename=None), ROBIN).outcome == "possible"


def test_common_names_and_a_birthday_are_not_enough_where_rare_ones_are() -> None:
    common = Described(forename="Olivia", surname="Smith", date_of_birth=date(2011, 9, 23))
    rare = Described(forename="Edda", surname="Quillfeather", date_of_birth=date(2011, 9, 23))
    assert judged(common, replace(common, addresses=ELSEWHERE)).outcome == "possible"
    assert judged(rare, replace(rare, addresses=ELSEWHERE)).outcome == "certain"


def test_the_first_of_january_says_less_than_another_day() -> None:
    day = date(2011, 1, 1)
    usual, default = judged(ROBIN, ROBIN), judged(other(date_of_birth=day), other(date_of_birth=day))
    assert default.ranked[0].score.compared.birth == "default_day"
    assert usual.ranked[0].score.compared.birth == "same"


named = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)


@given(named, named, st.dates(date(2008, 1, 1), date(2026, 1, 1)))
def test_a_twin_of_quite_another_name_is_never_certain(one: str, other_name: str, born: date) -> None:
    twin = Described(forename=one, surname="Ashdown", date_of_birth=born, addresses=(HOME,))
    co_twin = replace(twin, forename=other_name)
    found = judged(twin, co_twin)
    if found.ranked and found.ranked[0].score.compared.forename in ("different", "alike", "missing"):
        assert found.outcome != "certain"
