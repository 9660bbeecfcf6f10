"""What two names have in common: both sides of every level, and what no text may do."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrichment.matching.comparing_names import forename, misspelt, surname
from enrichment.matching.names import Name, _read, fold, forget_names, name, sound

IN_USE = {"jayden", "kayden", "maria", "mariam", "chris", "christopher", "patrick", "muhammad", "ali", "omar"}


def of(text: str) -> Name:
    found = name(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Zoë", "zoe", "same"),
        ("Mary-Jane", "MARY JANE", "same"),
        ("O’Shea", "Oshea", "same"),
        ("Łukasz", "Lukasz", "same"),
        ("Bill", "William", "variant"),
        ("Billy", "Will", "variant"),
        ("Mohamed", "Muhammad", "variant"),
        ("Zofia", "Sofia", "variant"),
        ("Patrcik", "Patrick", "close"),
        ("Patrck", "Patrick", "close"),
        ("Patrick James", "Patrick", "part"),
        ("Muhammad", "Muhammad Ali", "part"),
        ("Mohamed Ali", "Muhammad", "part"),
        ("P", "Patrick", "alike"),
        ("P", "Helena", "different"),
        ("Pat", "Patrice", "begins"),
        ("Patz", "Patrick", "begins"),
        ("Jayden", "Kayden", "alike"),
        ("Maria", "Mariam", "alike"),
        ("Muhammad Ali", "Muhammad Omar", "alike"),
        ("Patrick", "Helena", "different"),
        ("Bo", "Jo", "different"),
    ],
)
def test_forenames(one: str, other: str, level: str) -> None:
    assert forename(of(one), of(other), IN_USE.__contains__)[0] == level
    assert forename(of(other), of(one), IN_USE.__contains__)[0] == level


def test_a_letter_apart_is_a_slip_unless_both_are_names_in_use() -> None:
    assert forename(of("Jayden"), of("Kayden"), IN_USE.__contains__)[0] == "alike"
    assert forename(of("Jayden"), of("Kayden"), {"jayden"}.__contains__)[0] == "close"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("O'Brien", "OBRIEN", "same"),
        ("Al-Masri", "Masri", "close"),
        ("Ashdown-Quill", "Quill Ashdown", "same"),
        ("Ashdown", "Ashdwon", "close"),
        ("Kowalski", "Kowalska", "close"),
        ("Ashdown-Quill", "Quill", "part"),
        ("Ashdown-Quill", "Quill-Marsh", "part"),
        ("Ashdown", "Quill", "different"),
    ],
)
def test_surnames(one: str, other: str, level: str) -> None:
    assert surname(of(one), of(other))[0] == level
    assert surname(of(other), of(one))[0] == level


def test_one_letter_is_too_much_in_a_name_of_three() -> None:
    assert not misspelt(of("Kim"), of("Tim"))
    assert misspelt(of("Kima"), of("Tima"))


def test_the_rarity_that_counts_is_that_of_the_part_both_bear() -> None:
    assert forename(of("Muhammad"), of("Muhammad Ali"), IN_USE.__contains__) == ("part", "muhammad")
    assert surname(of("Quill"), of("Ashdown-Quill")) == ("part", "quill")


def test_like_spellings_sound_alike() -> None:
    assert sound("muhammad") == sound("mohamed") == sound("mahmoud")
    assert sound("philip") == sound("filip")
    assert sound("robin") != sound("helena")


def test_a_name_without_a_letter_is_none() -> None:
    assert name("") is name("  -- 12 !") is None


texts = st.text(max_size=80)


@given(texts, texts)
@example("A-A", "A-B")
def test_any_text_compares_and_both_ways_alike(one: str, other: str) -> None:
    a, b = name(one), name(other)
    if a is None or b is None:
        return
    assert forename(a, b, IN_USE.__contains__)[0] == forename(b, a, IN_USE.__contains__)[0]
    assert surname(a, b)[0] == surname(b, a)[0]


@given(texts)
def test_any_name_is_the_same_as_itself_and_folding_ends(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    if (one := name(text)) is not None:
        assert forename(one, one, IN_USE.__contains__)[0] == surname(one, one)[0] == "same"
        assert 1 <= len(one.sounds) <= 3


def test_no_more_of_a_text_is_remembered_than_could_be_a_name_and_all_of_it_can_be_forgotten() -> None:
    forget_names()
    assert name("Wren" * 100) is name("Wren" * 500)
    assert _read.cache_info().currsize == 1
    forget_names()
    assert _read.cache_info().currsize == 0
