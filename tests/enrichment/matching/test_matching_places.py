"""Dates of birth, ages and addresses: both sides of every level."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichment.matching import Address, Described, born_between, prepare
from enrichment.matching.comparing_places import address, age, birth
from enrichment.matching.prepared import Home, prepared_home


def born(text: str | None) -> Described:
    return Described(date_of_birth=date.fromisoformat(text) if text else None)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("2011-09-23", "2011-09-23", "same"),
        ("2011-01-01", "2011-01-01", "default_day"),
        ("2011-03-04", "2011-04-03", "exchanged"),
        ("2011-09-23", "2011-09-28", "digit"),
        ("2011-09-23", "2021-09-23", "digit"),
        ("2011-09-12", "2011-09-21", "digit"),
        ("2011-09-23", "2011-09-04", "near"),
        ("2011-09-23", "2009-09-23", "near"),
        ("2011-09-23", "2011-12-04", "different"),
        ("2011-09-23", None, "missing"),
    ],
)
def test_dates_of_birth(one: str, other: str | None, level: str) -> None:
    a, b = prepare(born(one)), prepare(born(other))
    assert birth(a, b) == birth(b, a) == level


@pytest.mark.parametrize(
    ("day", "level"),
    [
        ("2012-03-02", "same"),
        ("2013-03-01", "same"),
        ("2013-03-02", "near"),
        ("2012-02-29", "near"),
        ("2014-03-02", "near"),
        ("2014-03-03", "different"),
        (None, "missing"),
    ],
)
def test_an_age_told_on_the_first_of_march(day: str | None, level: str) -> None:
    span = born_between(13, date(2026, 3, 1))
    assert span == (date(2012, 3, 2), date(2013, 3, 1))
    told, held = prepare(Described(born_between=span)), prepare(born(day))
    assert age(told, held) == age(held, told) == level


def test_an_age_beside_a_date_of_birth_says_nothing_more() -> None:
    told = prepare(Described(date_of_birth=date(2012, 5, 5), born_between=born_between(13, date(2026, 3, 1))))
    assert age(told, prepare(born("2012-05-05"))) == "missing"


@given(st.integers(-5, 200), st.dates())
def test_an_age_spans_a_year_or_is_nobodys(years: int, on: date) -> None:
    span = born_between(years, on)
    if span is None:
        assert not 0 <= years <= 120 or on.year - years < 3
    else:
        assert 364 <= (span[1] - span[0]).days <= 366


def at(line: str | None, postcode: str | None) -> tuple[Home, ...]:
    found = prepared_home(Address(line, postcode))
    return () if found is None else (found,)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (("12 Larch Road", "ZZ1 2AB"), ("12 Larch Rd", "zz12ab"), "household"),
        (("12 Larch Road", "ZZ1 2AB"), ("14 Larch Road", "ZZ1 2AB"), "postcode"),
        ((None, "ZZ1 2AB"), ("14 Larch Road", "ZZ1 2AB"), "postcode"),
        (("12 Larch Road", "ZZ1 2AB"), ("12 Larch Road", "ZZ1 2AC"), "near"),
        (("12 Larch Road", None), ("12 Larch Road", "ZZ1 2AB"), "near"),
        (("12 Larch Road", None), ("13 Larch Road", "ZZ1 2AB"), "different"),
        (("12 Larch Road", None), ("12 Mill Lane", "ZZ1 2AB"), "different"),
        (("12 Larch Road", "ZZ1 2AB"), ("3 Mill Lane", "ZZ1 2XY"), "sector"),
        (("12 Larch Road", "ZZ1 2AB"), ("12 Larch Road", "QX9 8XY"), "different"),
        ((None, "ZZ1 2AB"), ("12 Larch Road", None), "missing"),
        ((None, "?"), ("12 Larch Road", None), "missing"),
    ],
)
def test_addresses(one: tuple[str | None, str], other: tuple[str | None, str], level: str) -> None:
    assert address(at(*one), at(*other)) == address(at(*other), at(*one)) == level


def test_the_best_of_home_and_placement_counts() -> None:
    held = at("3 Mill Lane", "QX9 8XY") + at("12 Larch Road", "ZZ1 2AB")
    assert address(at("12 Larch Road", "ZZ1 2AB"), held) == "household"
