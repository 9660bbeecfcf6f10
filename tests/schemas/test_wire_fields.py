"""How single fields are read: instants, ids, words, lists, numbers, and what is said of a field that cannot be read."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cloudevents import Envelope
from schemas.examples import example
from schemas.inbound import InboundReport, parse_message
from schemas.inbound.case_context import CaseContext
from schemas.inbound.police_found import PoliceFound
from schemas.inbound.police_missing import PoliceMissing
from schemas.inbound.rhi_outcome import RhiOutcome
from schemas.instants import EARLIEST, read_instant, write_instant
from schemas.unreadable import Unreadable


def reading(name: str, data: Any) -> InboundReport:
    return parse_message(Envelope(id="1", source="/test", type=name, time=None, data=data))


def missing(**fields: Any) -> PoliceMissing:
    report = reading("police.missing", example("police.missing")["data"] | fields)
    assert isinstance(report, PoliceMissing)
    return report


def detail(**fields: Any) -> str:
    with pytest.raises(Unreadable) as caught:
        missing(**fields)
    assert caught.value.reason == "failed_validation"
    return caught.value.detail


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-16T21:40:00Z", datetime(2026, 3, 16, 21, 40, tzinfo=UTC)),
        ("2026-03-16t21:40:00z", datetime(2026, 3, 16, 21, 40, tzinfo=UTC)),
        ("2026-03-16 21:40Z", datetime(2026, 3, 16, 21, 40, tzinfo=UTC)),
        ("2026-06-16T00:10:00+01:00", datetime(2026, 6, 15, 23, 10, tzinfo=UTC)),
        ("2026-03-16T21:40:00.123456789Z", datetime(2026, 3, 16, 21, 40, 0, 123456, tzinfo=UTC)),
        ("2026-03-29T01:30:00+00:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_to_utc(text: str, instant: datetime) -> None:
    report = missing(reported_at=text)
    assert report.reported_at == instant
    assert report.reported_at is not None
    assert report.reported_at.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-16T21:40:00",  # no offset: nobody knows when that is
        "2026-03-16",
        "20260316T214000Z",
        "2026-W12-1T21:40:00Z",
        "1773697200",
        1773697200,
        "16/03/2026 21:40",
        "2026-02-30T21:40:00Z",
        "2026-03-16T24:30:00Z",
        "1989-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "",
        True,
        {"at": "2026-03-16T21:40:00Z"},
    ],
)
def test_what_is_no_instant_is_refused(text: object) -> None:
    assert detail(reported_at=text).startswith("reported_at: ")


@given(st.integers(2 * 86_400, 3_470_000_000), st.integers(0, 999_999), st.integers(-14 * 60, 14 * 60))
def test_an_instant_written_is_the_instant_read(seconds: int, micros: int, offset: int) -> None:
    instant = EARLIEST + timedelta(seconds=seconds, microseconds=micros)
    assert read_instant(write_instant(instant)) == instant
    local = (instant + timedelta(minutes=offset)).replace(tzinfo=None).isoformat(timespec="microseconds")
    sign = "-" if offset < 0 else "+"
    assert read_instant(f"{local}{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}") == instant


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_instants(text: str) -> None:
    with suppress(ValueError):
        assert read_instant(text).tzinfo is UTC


@pytest.mark.parametrize("value", ["2011-09-01T00:00:00", "01/09/2011", 2011, "2011-02-30", "-1"])
def test_what_is_no_date_is_refused(value: object) -> None:
    assert detail(child={"date_of_birth": value}).startswith("child.date_of_birth: ")


def test_a_date_is_read() -> None:
    assert missing(child={"date_of_birth": "2011-09-01"}).child.date_of_birth == date(2011, 9, 1)


def test_ids_and_words_lose_the_blanks_around_them() -> None:
    report = missing(incident=" ZX-1 ", child={"identifiers": [{"system": " compact", "value": "K-31 "}]})
    assert report.incident == "ZX-1"
    assert [(i.system, i.value) for i in report.child.identifiers] == [("compact", "K-31")]


@pytest.mark.parametrize("field", ["responsible_authority", "host_authority"])
def test_a_blank_optional_id_counts_as_left_out(field: str) -> None:
    assert getattr(missing(**{field: " "}), field) is None


def test_the_code_of_a_force_is_upper_case_and_the_key_of_an_authority_lower_case() -> None:
    assert missing(force="zx").force == "ZX"
    context = reading("case.context", {"authority": "Exampleshire", "child": {}, "linked_forces": ["zy", "ZX", " "]})
    assert isinstance(context, CaseContext)
    assert context.authority == "exampleshire"
    assert context.linked_forces == ("ZY", "ZX")


def test_the_name_of_another_authority_stays_as_it_was_written() -> None:
    assert missing(responsible_authority="Brighton & Hove").responsible_authority == "Brighton & Hove"


def test_words_that_no_vocabulary_knows_are_kept() -> None:
    assert missing(concerns=["cse", "something new", "", " "]).concerns == ("cse", "something new")
    found = reading("police.found", example("police.found")["data"] | {"end_reason": "came back by ship"})
    assert isinstance(found, PoliceFound)
    assert found.end_reason == "came back by ship"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("classification", "lost"),
        ("classification", "Missing"),
        ("risk", "extreme"),
        ("missing_from", "ship"),
        ("care_type", "holiday"),
        ("alert", "local"),
        ("risk", ""),
    ],
)
def test_a_word_outside_a_closed_list_is_refused_and_the_list_named(field: str, value: str) -> None:
    assert detail(**{field: value}).startswith(f"{field}: must be '")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vulnerable", "yes"),
        ("vulnerable", 1),
        ("revision", "2"),
        ("revision", 2.0),
        ("revision", 0),
        ("revision", True),
        ("revision", 2**40),
        ("circumstances", 7),
        ("incident", 417),
        ("incident", "one\nline too many"),
        ("incident", "x" * 201),
        ("concerns", "cse"),
        ("concerns", [1]),
        ("linked_incidents", "ZX-1"),
        ("child", "Robin"),
        ("child", ["Robin"]),
    ],
)
def test_the_types_of_json_are_taken_strictly(field: str, value: object) -> None:
    assert detail(**{field: value}).startswith(field)


@pytest.mark.parametrize("identifiers", [[{"system": "mosaic"}], [{"value": "M-1"}], [{"system": "", "value": "M-1"}]])
def test_half_an_identifier_is_refused(identifiers: list[dict[str, str]]) -> None:
    assert detail(child={"identifiers": identifiers}).startswith("child.identifiers[0].")


def test_no_concerns_is_not_the_same_as_no_word_about_concerns() -> None:
    for stated, concerns in (({}, None), ({"concerns": None}, None), ({"concerns": []}, ())):
        outcome = reading("rhi.outcome", {"authority": "a", "incident": "1", "result": "completed", **stated})
        assert isinstance(outcome, RhiOutcome)
        assert outcome.concerns == concerns


@pytest.mark.parametrize(
    ("stated", "met"), [({}, True), ({"contact_made": None}, True), ({"contact_made": False}, False)]
)
def test_contact_was_made_unless_the_police_say_otherwise(stated: dict[str, Any], met: bool) -> None:
    data = {key: value for key, value in example("police.found")["data"].items() if key != "contact_made"}
    found = reading("police.found", data | stated)
    assert isinstance(found, PoliceFound)
    assert found.contact_made is met


@pytest.mark.parametrize("data", [b"", b"{", b'{"incident": NaN}', b"{'incident': 1}", b'{"a": 1} {}', b"[" * 5000])
def test_what_is_not_json_is_refused_as_such(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        reading("police.missing", data)
    assert caught.value.reason == "bad_json"


@pytest.mark.parametrize("data", [b"\xff", b'{"incident": "\xe9"}', b"\xff\xfe{\x00}\x00"])
def test_what_is_not_utf8_is_refused_as_such(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        reading("police.missing", data)
    assert caught.value.reason == "bad_bytes"


@pytest.mark.parametrize("data", [None, [], "text", 1, b"null", b"[]"])
def test_data_must_be_an_object(data: object) -> None:
    with pytest.raises(Unreadable, match="data: must be an object"):
        reading("police.missing", data)


def test_the_mark_that_some_senders_put_before_utf8_does_no_harm() -> None:
    assert reading("police.retracted", b'\xef\xbb\xbf{"incident": "1", "force": "ZX"}')


@pytest.mark.parametrize("extra", [{"x": "a\0b"}, {"x": [{"y\0": 1}]}, {"officer": "\0"}])
def test_a_nul_is_refused_wherever_it_stands_because_stores_refuse_it(extra: dict[str, Any]) -> None:
    assert detail(**extra) == "a text contains the character U+0000. Remove it"


def test_a_backslash_before_u0000_is_only_text() -> None:
    assert missing(officer="\\u0000").officer == "\\u0000"


WRONG = st.one_of(st.just("Secretname"), st.just(["Secretname", 1]), st.just({"identifiers": "Secretname"}))


@given(
    st.dictionaries(st.sampled_from(["child", "classification", "reported_at", "risk", "revision"]), WRONG, min_size=1)
)
def test_a_refusal_never_repeats_what_a_field_held(fields: dict[str, Any]) -> None:
    assert "Secretname" not in detail(**fields)


def test_many_faults_are_named_and_the_rest_counted() -> None:
    wrong = {name: 1 for name in PoliceMissing.model_fields if name not in ("revision",)}
    text = detail(**wrong)
    assert text.count(";") == 8
    assert text.endswith("more")
