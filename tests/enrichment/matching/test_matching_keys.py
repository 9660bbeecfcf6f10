"""Who is found: the slips that each key survives, and that a key gives nothing away."""

from datetime import date

import pytest
from children import HOME, ROBIN, other
from hypothesis import given
from hypothesis import strategies as st

from enrichment.matching import Address, Described, blocking_keys, born_between, lookup_keys


def finds(told: Described, held: Described = ROBIN) -> bool:
    return not lookup_keys(told).isdisjoint(blocking_keys(held))


ELSEWHERE = (Address("3 Mill Lane", "QX9 8XY"),)
NOWHERE: tuple[Address, ...] = ()


@pytest.mark.parametrize(
    "changes",
    [
        {"addresses": ELSEWHERE},
        {"date_of_birth": None, "addresses": NOWHERE},
        {"date_of_birth": None, "born_between": born_between(14, date(2026, 3, 1)), "addresses": NOWHERE},
        {"date_of_birth": None, "born_between": born_between(13, date(2026, 3, 1)), "addresses": NOWHERE},
        {"date_of_birth": date(2011, 4, 2), "addresses": NOWHERE},
        {"date_of_birth": date(2001, 9, 23), "forename": "Robyn", "addresses": NOWHERE},
        {"date_of_birth": date(2001, 9, 23), "surname": "Axhdown", "addresses": NOWHERE},
        {"forename": "Ashdown", "surname": "Robina", "addresses": NOWHERE},
        {"forename": "Ashdown", "surname": "Robina", "date_of_birth": None, "addresses": NOWHERE},
        {"surname": "Quill", "addresses": NOWHERE},
        {"forename": "Edda", "addresses": NOWHERE},
        {"forename": "Edda", "surname": "Quill", "date_of_birth": None},
        {"forename": "Edda", "date_of_birth": None, "addresses": (Address("12 Larch Rd", "ZZ9 9ZZ"),)},
        {"forename": None, "date_of_birth": None, "addresses": (Address("12, Larch Road"),)},
    ],
)
def test_a_child_is_found_in_spite_of(changes: dict[str, object]) -> None:
    assert finds(other(**changes))


def test_day_and_month_exchanged_are_found() -> None:
    held = other(date_of_birth=date(2011, 3, 4), addresses=NOWHERE)
    assert finds(other(date_of_birth=date(2011, 4, 3), surname="Quill", addresses=NOWHERE), held)


def test_a_record_without_a_date_is_found_by_a_message_with_one() -> None:
    assert finds(other(addresses=NOWHERE), other(date_of_birth=None))


def test_a_stranger_is_not_found() -> None:
    assert not finds(Described(forename="Edda", surname="Quill", date_of_birth=date(2015, 1, 2), addresses=ELSEWHERE))


def test_keys_are_opaque_few_and_the_same_each_time() -> None:
    keys = blocking_keys(ROBIN)
    assert keys == blocking_keys(ROBIN)
    assert 6 <= len(keys) <= 12
    assert all(len(key) == 12 and set(key) <= set("0123456789abcdef") for key in keys)


def test_common_names_alone_are_looked_up_only_where_nothing_else_narrows_them() -> None:
    namesake = other(date_of_birth=date(2016, 2, 14), addresses=ELSEWHERE)
    assert not finds(ROBIN, namesake)
    assert finds(other(date_of_birth=None, addresses=(HOME,)), namesake)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=30), st.text(max_size=200))
def test_any_text_has_keys_and_they_are_bounded(forename: str, surname: str, postcode: str, line: str) -> None:
    told = Described(
        forename=forename, surname=surname, known_as=surname, aliases=(line,) * 9, date_of_birth=date(2011, 9, 23),
        addresses=(Address(line, postcode), Address(forename, surname)) * 9,
    )  # fmt: skip
    assert len(blocking_keys(told)) < 1000
    assert not blocking_keys(told) or not blocking_keys(told).isdisjoint(lookup_keys(told))
