"""Values that stand for "not known", or cannot be, and numbers of one system under many names: what is left of a
person, and what was left out."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from consumers.cleaning import cleaned
from consumers.conventions import is_no_forename, is_no_number, is_no_surname
from schemas.inbound import CaseContext, PoliceMissing, PoliceReport

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def person(**fields: Any) -> tuple[Any, list[tuple[str, str]]]:
    """A child as a police report tells of it once that is cleaned, and where what was left out by which row."""
    told = {"incident": "P-1", "force": "XX", "classification": "missing", "child": fields}
    message, left_out = cleaned(PoliceMissing.model_validate_json(_json(told)), NOON)
    assert isinstance(message, PoliceReport)
    return message.child, [(each.where, each.row) for each in left_out]


def _json(told: dict[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(told)


def numbers(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    told, _ = person(identifiers=[{"system": system, "value": value} for system, value in pairs])
    return [(i.system, i.value) for i in told.identifiers]


@pytest.mark.parametrize(
    "value",
    [
        *("UNKNOWN", "unknown", "Unknown ", "N/A", "n/a", "NA", "none", "TBC", "tbc.", "test", "TEST1", "not known"),
        *("0", "000", "0000000000", "9999999999", "999", "1111111111", "00-00-00", "UN1", "un9", "-", "?", "…", "nil"),
        *(
            "NK",
            "N.K.",
            "XXXXXXXXXX",
            "U",
            "No NHS number",
            "not yet allocated",
            "Refused",
            "dummy",
            "UNKNOWN1",
            "1234567890",
        ),
    ],
)
def test_what_stands_for_not_known_is_no_number(value: str) -> None:
    assert numbers(("upn", value), ("compact", "K-31")) == [("compact", "K-31")]


@pytest.mark.parametrize("value", ["7", "42", "M-1", "K-000", "UN10", "UN1A", "99", "10000", "TESTER-4", "L-0", "A"])
def test_a_short_or_odd_number_is_one(value: str) -> None:
    assert numbers(("mosaic", value)) == [("mosaic", value)]


@pytest.mark.parametrize("system", ["NHS", "nhs", "nhs_number", "NHS-Number", "National Health Service number"])
@pytest.mark.parametrize("value", ["9434765919", "943 476 5919", "943-476-5919", "９４３４７６５９１９"])
def test_the_number_of_the_health_service_goes_by_one_name(system: str, value: str) -> None:
    assert numbers((system, value)) == [("nhs", "9434765919")]


@pytest.mark.parametrize(
    "value",
    [
        *("NHS 943 476 5919", "NHS:943-476-5919", "nhs no. 9434765919", "NHS number: 943 476 5919"),
        "https://fhir.nhs.uk/Id/nhs-number|9434765919",
    ],
)
def test_a_number_that_says_itself_whose_system_it_is_is_that_number(value: str) -> None:
    assert numbers(("NHS", value)) == [("nhs", "9434765919")]


@pytest.mark.parametrize(
    "value", ["9434765918", "NHS 943 476 5918", "943476591", "94347659199", "NHS", "M-1", "٩٤٣٤٧٦٥٩١٩"]
)
def test_a_number_that_fails_its_check_digit_is_told_and_not_used(value: str) -> None:
    told, left_out = person(identifiers=[{"system": "nhs", "value": value}])
    assert told.identifiers == ()
    assert left_out == [("child.identifiers (nhs)", "AMB-170")]


def test_two_spellings_of_one_number_are_one() -> None:
    assert numbers(("NHS", "943 476 5919"), ("nhs_number", "9434765919")) == [("nhs", "9434765919")]


@pytest.mark.parametrize("name", ["Baby", "BABY", "Baby Boy", "Infant", "Unknown", "Twin 1", "Baby A", "n/a", "Unborn"])
def test_a_name_that_waits_for_one_is_none(name: str) -> None:
    told, left_out = person(given_name=name, family_name="Smith", known_as=name)
    assert (told.given_name, told.known_as, told.family_name) == (None, None, "Smith")
    assert left_out == [("child.given_name", "AMB-170"), ("child.known_as", "AMB-170")]


@pytest.mark.parametrize(
    "name", ["Robin", "Babette", "Ada-Baby", "A", "Child", "Neo", "Of", "Noname Smith", "张", "Testa"]
)
def test_a_name_is_a_name_however_odd(name: str) -> None:
    assert not is_no_forename(name)
    assert not is_no_surname(name)


@pytest.mark.parametrize("surname", ["Unknown", "Not known", "TBC", "n/a"])
def test_a_surname_that_nobody_knows_is_none(surname: str) -> None:
    assert person(family_name=surname)[0].family_name is None


@pytest.mark.parametrize("postcode", ["ZZ99 3VZ", "zz993wz", "ZZ99 3CZ"])
def test_a_postcode_of_no_place_is_none_and_the_line_stays(postcode: str) -> None:
    told, left_out = person(home_address={"line": "12 Larch Row", "postcode": postcode})
    assert (told.home_address.line, told.home_address.postcode) == ("12 Larch Row", None)
    assert left_out == [("child.home_address", "AMB-170")]


@pytest.mark.parametrize("line", ["No fixed abode", "NFA", "unknown", "Not known"])
def test_no_address_is_none(line: str) -> None:
    assert person(placement_address={"line": line, "postcode": "ZZ1 2AB"})[0].placement_address.line is None


@pytest.mark.parametrize(
    ("born", "age", "stands"),
    [
        ("1900-01-01", None, False),
        ("1901-01-01", 14, False),
        ("1970-01-01", None, False),
        ("0001-01-01", None, False),
        ("9999-12-31", None, False),
        ("2026-06-02", None, False),  # tomorrow
        ("2026-06-01", None, True),  # born today
        ("1925-06-01", None, False),  # 101 today
        ("1925-06-02", None, True),
        ("1999-04-03", None, True),  # an adult
        ("2008-06-01", 16, True),  # two years apart
        ("2008-06-01", 15, False),
        ("2012-06-01", 16, True),
        ("2012-06-01", 17, False),
        ("2012-01-01", 14, True),
    ],
)
def test_a_date_of_birth_that_cannot_be_is_as_good_as_none(born: str, age: int | None, stands: bool) -> None:
    told, left_out = person(date_of_birth=born, age=age)
    assert told.date_of_birth == (date.fromisoformat(born) if stands else None)
    assert left_out == ([] if stands else [("child.date_of_birth", "AMB-171")])
    assert told.age == age


def test_a_relative_without_a_number_is_none() -> None:
    relations = [
        {"identifier": {"system": "lcs", "value": value}, "relation": "sibling"} for value in ("L-2", "UNKNOWN")
    ]
    told = {"authority": "nottinghamshire", "child": {}, "relations": relations}
    message, left_out = cleaned(CaseContext.model_validate_json(_json(told)), NOON)
    assert isinstance(message, CaseContext)
    assert [r.identifier.value for r in message.relations if r.identifier] == ["L-2"]
    assert [each.where for each in left_out] == ["relations (lcs)"]


def test_a_person_with_nothing_to_leave_out_is_the_very_same() -> None:
    told = {"incident": "P-1", "force": "XX", "classification": "missing"}
    child = {
        "given_name": "Robin",
        "identifiers": [{"system": "compact", "value": "K-1"}],
        "date_of_birth": "2011-09-01",
    }
    message = PoliceMissing.model_validate_json(_json({**told, "child": child}))
    assert cleaned(message, NOON) == (message, ())
    assert cleaned(message, NOON)[0] is message


@given(some.text(max_size=300), some.text(max_size=300))
def test_no_text_is_too_odd(one: str, other: str) -> None:
    assert is_no_number(one) in (True, False)
    assert is_no_forename(other) in (True, False)
    child = {"given_name": one, "family_name": other, "home_address": {"line": one, "postcode": other}}
    told = {"incident": "P-1", "force": "XX", "classification": "missing", "child": child}
    cleaned(PoliceMissing.model_validate(told), NOON)
